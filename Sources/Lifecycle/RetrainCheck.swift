import Adapters
import Foundation
import Policies
import Registry
import StrictJSON

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
        let registry = workspace.registry
        let latest = try registry.versions(of: declaration.name).last
        let pin = try registry.base(named: declaration.base.text)
        return AdapterFacts(
            adapter: declaration.name, version: latest?.version, lastTrained: latest?.lineage.finishedAt,
            base: try observation(of: pin, trainedOn: latest?.lineage.base), baseIsFloating: pin.revision == nil,
            data: try latest.map { try dataFacts(declaration, $0.lineage.dataset) },
            metric: try latest.flatMap(metricFacts))
    }

    /// The error at release, and as measured last; held-out rows that were added since show a decay.
    private func metricFacts(_ record: VersionRecord) throws -> MetricFacts? {
        let metrics = Dictionary(record.lineage.metrics.map { ($0.name, $0.value) }) { first, _ in first }
        guard let error = metrics["error"], let rows = metrics["held_out_rows"],
            let atRelease = MeasuredRate(error, sampleSize: Int(rows), measuredAt: record.lineage.finishedAt)
        else { return nil }
        let key = Examiner.subject(of: record.published)
        let last = try workspace.registry.latestMeasurement(kind: Examiner.versionKind, subject: key)
        return MetricFacts(errorAtRelease: atRelease, errorNow: last.flatMap(HeldOutScore.init)?.error)
    }

    /// What differs between the base that the version was trained on and the folder as it is now.
    private func observation(of pin: BaseDeclaration, trainedOn base: BaseIdentity?) throws -> BaseObservation {
        guard FileManager.default.fileExists(atPath: workspace.layout.resolve(pin.folder).path) else {
            return .changed([.removed])
        }
        var effects = Set(try workspace.registry.changes(to: pin).map(\.effect))
        // Pinned anew since: which of its files differ is no longer known, so the weights must be taken as changed.
        if let base, base.digest != pin.digest { effects.insert(.weights) }
        return effects.isEmpty ? .unchanged : .changed(effects)
    }

    private func dataFacts(_ declaration: AdapterDeclaration, _ trainedOn: DatasetVersion) throws -> DataFacts {
        let now = try DatasetVersion.Split(of: workspace.layout.resolve(declaration.data.train))
        return DataFacts(rowsAtTraining: trainedOn.train.rows, rowsNow: now.rows)
    }
}
