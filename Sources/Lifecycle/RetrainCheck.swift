import Adapters
import Foundation
import Llama
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

    /// - Parameter adapter: only this one; nil for all that are declared.
    public func run(_ adapter: String?, now: Timestamp) throws -> MaintenancePlan {
        let registry = workspace.registry
        let declarations = try adapter.map { [try registry.adapter(named: $0)] } ?? registry.declarations()
        let judged = try declarations.map { declaration in
            (facts: try facts(of: declaration), policy: try shelf.policy(named: declaration.policy))
        }
        return MaintenancePlan(judging: judged, now: now)
    }

    private func facts(of declaration: AdapterDeclaration) throws -> AdapterFacts {
        let latest = try workspace.registry.versions(of: declaration.name).last
        let (base, isFloating) = observation(of: declaration, trainedOn: latest?.lineage.base)
        return AdapterFacts(
            adapter: declaration.name, version: latest?.version, lastTrained: latest?.lineage.finishedAt, base: base,
            baseIsFloating: isFloating,
            data: latest.flatMap { dataFacts(declaration, $0.lineage) },
            metric: try latest.flatMap { try metricFacts(declaration, $0) })
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
            return DataFacts(rowsAtTraining: before, rowsNow: report.effectiveRows)
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
            let base = try workspace.registry.base(named: declaration.base.text)
            let configuration = try ModelConfiguration(folder: workspace.layout.resolve(base.folder))
            let heldOut = try DatasetVersion.Split(of: workspace.layout.resolve(declaration.data.heldOut))
            return MeasuringConditions(
                declaration, base: base, plan: try declaration.plan(on: configuration), heldOut: heldOut.digest)
        } catch {
            return nil
        }
    }
}
