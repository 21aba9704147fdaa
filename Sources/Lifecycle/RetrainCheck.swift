import Adapters
import Faults
import Foundation
import Policies
import Registry
import Training

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
    public func run(_ adapter: String?, now: Timestamp) throws -> MaintenancePlan {
        if let adapter {
            let declaration = try workspace.registry.adapter(named: adapter)
            let standing = try workspace.registry.standing(of: declaration.name)
            guard standing.state == .active else {
                return MaintenancePlan(judging: [], resting: [RestingAdapter(name: declaration.name, standing)], now: now)
            }
            return MaintenancePlan(judging: [try material(declaration)], now: now)
        }
        let (declarations, faults) = try workspace.registry.readableDeclarations()
        let resting = try workspace.registry.states()
        var unjudged = faults.map { UnjudgedAdapter(name: $0.name, explanation: $0.explanation) }
        var judged: [(facts: AdapterFacts, policy: Policy)] = []
        for declaration in declarations where resting[declaration.name] == nil {
            do {
                judged.append(try material(declaration))
            } catch let error as any Explained {
                unjudged.append(UnjudgedAdapter(name: declaration.name.text, explanation: error.explanation))
            }
        }
        return MaintenancePlan(
            judging: judged, unjudged: unjudged,
            resting: try declarations.filter { resting[$0.name] != nil }.map { declaration in
                RestingAdapter(name: declaration.name, try workspace.registry.standing(of: declaration.name))
            }, now: now)
    }

    private func material(_ declaration: AdapterDeclaration) throws -> (facts: AdapterFacts, policy: Policy) {
        (facts: try facts(of: declaration), policy: try shelf.policy(named: declaration.policy))
    }

    private func facts(of declaration: AdapterDeclaration) throws -> AdapterFacts {
        let (latest, production) = try versions(of: declaration.name)
        let (base, isFloating) = observation(of: declaration, trainedOn: latest?.lineage.base)
        return AdapterFacts(
            adapter: declaration.name, version: latest?.version, lastTrained: latest?.lineage.finishedAt,
            adopted: latest.flatMap { $0.lineage.adoption == nil ? nil : $0.published.at },
            production: production.map { ProductionFacts(version: $0.version, trained: $0.lineage.finishedAt) }, base: base,
            baseIsFloating: isFloating,
            data: latest.flatMap { dataFacts(declaration, $0.lineage) },
            metric: try latest.flatMap { try metricFacts(declaration, $0) })
    }

    /// What is judged, and what serves. They differ while a later version waits for its promotion; one that was in production and
    /// was rolled back waits for nothing.
    private func versions(of adapter: AdapterName) throws -> (judged: VersionRecord?, production: VersionRecord?) {
        let versions = try workspace.registry.versions(of: adapter)
        guard let production = versions.last(where: { $0.aliases.contains(.production) }) else { return (versions.last, nil) }
        let used = Set(try workspace.registry.history(of: adapter).filter { $0.kind == .promoted }.compactMap(\.version))
        let waiting = versions.last { $0.version > production.version && !used.contains($0.version) }
        return (waiting ?? production, production)
    }

    /// A base that cannot be looked at hides nothing that is known of this adapter or of others.
    private func observation(
        of declaration: AdapterDeclaration, trainedOn base: BaseIdentity?
    ) -> (BaseObservation, isFloating: Bool) {
        do {
            let pin = try workspace.registry.base(named: declaration.base.text)
            return (observation(of: pin, trainedOn: base), pin.revision == nil)
        } catch {
            return (.unchecked(FailureWords.text(error)), true)
        }
    }

    /// What differs between the base that the version was trained on and the folder as it is now.
    private func observation(of pin: BaseDeclaration, trainedOn base: BaseIdentity?) -> BaseObservation {
        let seen = workspace.registry.observe(pin)
        guard let base, base.digest != pin.digest, seen != .changed([.removed]) else { return seen }
        // Pinned anew since: which of its files differ is no longer known, so the weights must be taken as changed.
        guard case .changed(let effects) = seen else { return .changed([.weights]) }
        return .changed(effects.union([.weights]))
    }

    /// The effective rows then and now; nil when they cannot be counted.
    private func dataFacts(_ declaration: AdapterDeclaration, _ lineage: Lineage) -> DataFacts? {
        guard let before = lineage.count(NamedMetric.effectiveExamples) else { return nil }
        do {
            let data = declaration.data
            let version = try DatasetVersion(
                train: workspace.layout.resolve(data.train), heldOut: workspace.layout.resolve(data.heldOut))
            if version == lineage.dataset { return DataFacts(rowsAtTraining: before, rowsNow: before) }
            let report = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace).report
            return DataFacts(rowsAtTraining: before, rowsNow: report.effectiveRows, isChanged: true)
        } catch {
            return nil
        }
    }

    /// The error at release, and as measured last under the conditions that hold now.
    private func metricFacts(_ declaration: AdapterDeclaration, _ record: VersionRecord) throws -> MetricFacts? {
        guard let atRelease = record.lineage.error else { return nil }
        let last = try conditions(of: declaration).flatMap { conditions in
            try workspace.registry.measurement(conditions.key(of: record.published)).flatMap(HeldOutScore.init)
        }
        return MetricFacts(errorAtRelease: atRelease, errorNow: last?.error)
    }

    /// Nil when base or held-out rows cannot be read: nothing was measured under such conditions.
    private func conditions(of declaration: AdapterDeclaration) -> MeasuringConditions? {
        do {
            return try MeasuringConditions(of: declaration, in: workspace)
        } catch {
            return nil
        }
    }
}
