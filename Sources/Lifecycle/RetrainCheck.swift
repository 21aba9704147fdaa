import Adapters
import Faults
import Foundation
import Policies
import Registry
import SharedWork

/// Which adapters are due for retraining: gathers facts, lets the policies judge.
///
/// The same registry and the same moment give the same plan.
public struct RetrainCheck {
    private let workspace: Workspace
    private let shelf: PolicyShelf

    public init(in workspace: Workspace, workingFolder: URL) {
        self.workspace = workspace
        shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
    }

    /// - Parameter adapter: only this one; nil for all that are declared, of which one that cannot be judged hides none.
    public func run(_ adapter: String?, now: Timestamp) throws -> MaintenancePlan { try judged(adapter, now: now).plan }

    /// The plan, and by which policy each adapter was judged.
    func judged(_ adapter: String?, now: Timestamp) throws -> (plan: MaintenancePlan, policies: [AdapterName: Policy]) {
        if let adapter {
            let declaration = try workspace.registry.adapter(named: adapter)
            let standing = try workspace.registry.standing(of: declaration.name)
            guard standing.state == .active else {
                let resting = [RestingAdapter(name: declaration.name, standing)]
                return (MaintenancePlan(judging: [], resting: resting, now: now), [:])
            }
            let releases = try RecordedReleases(of: declaration.name, in: workspace.registry)
            var gathering = try FactsGathering(of: [declaration], releases, in: workspace)
            let material = try material(declaration, &gathering)
            return (MaintenancePlan(judging: [material], now: now), [declaration.name: material.policy])
        }
        let (judged, unjudged, resting) = try material()
        noteCheck()
        return (
            MaintenancePlan(judging: judged, unjudged: unjudged, resting: resting, now: now),
            Dictionary(judged.map { ($0.facts.adapter, $0.policy) }) { $1 }
        )
    }

    /// What the checks of a span of time would find due, if nothing happened but time; and those of which nothing can be said.
    ///
    /// - Parameter run: the first check at or after a moment.
    public func forecast(
        from start: Timestamp, to end: Timestamp, run: (Timestamp) -> Timestamp
    ) throws -> (MaintenanceForecast, [UnjudgedAdapter]) {
        let (judged, unjudged, _) = try material()
        return (MaintenanceForecast(judged, from: start, to: end, run: run), unjudged)
    }

    /// Facts and policies of the adapters that can be judged; one that cannot hides none.
    private func material() throws -> (
        judged: [(facts: AdapterFacts, policy: Policy)], unjudged: [UnjudgedAdapter], resting: [RestingAdapter]
    ) {
        let registry = workspace.registry
        let ((declarations, faults), (states, releases)) = try together {
            try registry.readableDeclarations()
        } and: {
            (try registry.states(), try RecordedReleases(of: nil, in: registry))
        }
        var gathering = try FactsGathering(of: declarations, releases, in: workspace)
        var unjudged = faults.map { UnjudgedAdapter(name: $0.name, explanation: $0.explanation) }
        var judged: [(facts: AdapterFacts, policy: Policy)] = []
        var policies: [String: Policy] = [:]
        for declaration in declarations where states[declaration.name] == nil {
            do {
                let shared = declaration.overrides.isEmpty ? policies[declaration.policy] : nil
                let policy = try shared ?? shelf.policy(of: declaration)
                if declaration.overrides.isEmpty { policies[declaration.policy] = policy }
                _ = try policy.costs.overridden(by: declaration.costs)
                judged.append((facts: try gathering.facts(of: declaration), policy: policy))
            } catch let error as any Explained {
                unjudged.append(UnjudgedAdapter(name: declaration.name.text, explanation: error.explanation))
            }
        }
        gathering.save()
        let resting = try declarations.filter { states[$0.name] != nil }.map { declaration in
            RestingAdapter(name: declaration.name, try workspace.registry.standing(of: declaration.name))
        }
        return (judged, unjudged, resting)
    }

    /// For the doctor, who says when all were judged last; nothing is judged by it.
    private func noteCheck() {
        guard workspace.registry.access == .readWrite else { return }
        // the next check makes it, if this one cannot
        _ = FileManager.default.createFile(atPath: workspace.layout.lastCheck.path, contents: nil)
    }

    private func material(
        _ declaration: AdapterDeclaration, _ gathering: inout FactsGathering
    ) throws -> (facts: AdapterFacts, policy: Policy) {
        defer { gathering.save() }
        let policy = try shelf.policy(of: declaration)
        _ = try policy.costs.overridden(by: declaration.costs)
        return (facts: try gathering.facts(of: declaration), policy: policy)
    }
}
