import Adapters
import Faults
import Foundation
import Registry

/// What speaks for or against an adapter's upkeep.
struct RetirementEvidence {
    private let workspace: Workspace

    init(in workspace: Workspace) { self.workspace = workspace }

    /// What is known without measuring anything.
    ///
    /// - Parameters:
    ///   - withScores: whether scores on the pinned base count.
    ///   - confidence: of the intervals, as the policy's rules of retirement ask for it.
    func known(
        _ adapter: AdapterName, _ version: VersionID, withScores: Bool, confidence: Double, now: Timestamp
    ) throws -> RetirementFacts {
        let declaration = try workspace.registry.adapter(named: adapter.text)
        var facts = RetirementFacts(neededUntil: try neededUntil(declaration))
        guard withScores, let conditions = workspace.conditions(of: declaration) else { return facts }
        let base = try score(conditions.baseKey, now: now)
        let own = try score(conditions.key(of: workspace.registry.version(version).published.commit), now: now)
        facts.baseError = base?.error(confidence: confidence)
        facts.pairs = base.flatMap { base in own.flatMap { $0.pairs(against: base) } }
        facts.comparison = base.flatMap { base in own.flatMap { $0.comparison(with: base, confidence: confidence) } }
        return facts
    }

    /// The horizon counts from the first version.
    func neededUntil(_ declaration: AdapterDeclaration) throws -> Timestamp? {
        let first = try workspace.registry.releases(of: declaration.name)[declaration.name]?.versions.first
        return try first.map { try workspace.registry.version($0).published.at.adding(declaration.horizon) }
    }

    private func score(_ key: RecordedMeasurement.Key, now: Timestamp) throws -> HeldOutScore? {
        try workspace.registry.measurement(key, notAfter: now).flatMap(HeldOutScore.init)
    }
}
