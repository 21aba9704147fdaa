import Foundation
import StrictJSON

/// Where a version comes from: everything needed to say what it is without the registry, kept in the version itself.
///
/// A version that was trained here knows all of it. Of one that was adopted, what nobody said is nil.
public struct Lineage: Sendable, Hashable, MeasuredRelease {
    public static let fileName = "lineage.json"
    /// Of versions that were trained here.
    public static let schema = "lora.lineage/1"
    /// Of adopted versions, whose values may be null.
    public static let adoptedSchema = "lora.lineage/2"

    public let version: VersionID
    /// The version that training continued from; nil when it started from a fresh adapter.
    public let parent: VersionID?
    public let run: RunID?
    public let base: BaseIdentity
    public let dataset: DatasetVersion?
    public let plan: RecordedPlan?
    /// Why training stopped, by the trainer's code; nil in versions made before it was recorded.
    public let stop: String?
    /// In the order in which they are shown.
    public let metrics: [NamedMetric]
    public let startedAt: Timestamp?
    /// When training ended.
    public let finishedAt: Timestamp?
    /// The program that trained it, with its release.
    public let madeBy: String?
    /// What is known of an adapter that was trained elsewhere; nil for one that was trained here.
    public let adoption: Adoption?

    public init(
        version: VersionID, parent: VersionID?, run: RunID?, base: BaseIdentity, dataset: DatasetVersion?, plan: RecordedPlan?,
        stop: String? = nil, metrics: [NamedMetric], startedAt: Timestamp?, finishedAt: Timestamp?, madeBy: String?,
        adoption: Adoption? = nil
    ) {
        self.version = version
        self.parent = parent
        self.run = run
        self.base = base
        self.dataset = dataset
        self.plan = plan
        self.stop = stop
        self.metrics = metrics
        self.startedAt = startedAt
        self.finishedAt = finishedAt
        self.madeBy = madeBy
        self.adoption = adoption
    }

    /// The settings that are known, by the trainer's names: those of the plan, or what came with an adopted adapter.
    public var settings: JSONObject { plan?.json.objectValue ?? adoption?.settings ?? JSONObject([]) }
}

/// A number with the name it goes by, such as `error` or `eval_loss`.
public struct NamedMetric: Sendable, Hashable {
    public let name: String
    public let value: Double

    /// The candidate's share of wrong answers on the held-out rows, and that of its base.
    public static let error = "error"
    public static let baseError = "base_error"
    public static let heldOutRows = "held_out_rows"
    public static let effectiveExamples = "effective_examples"
    /// The lowest held-out loss of the run, the step that had it, and the last step.
    public static let evalLoss = "eval_loss"
    public static let bestStep = "best_step"
    public static let lastStep = "last_step"
    /// Rows that training used, repeats included.
    public static let trainedRows = "trained_rows"
    /// Rows that the held-out set knows; none was trained on.
    public static let leakedRows = "leaked_rows_left_out"
    /// Metrics that count something.
    static let counts: Set<String> = [heldOutRows, effectiveExamples, trainedRows, leakedRows, bestStep, lastStep]

    public init(_ name: String, _ value: Double) {
        self.name = name
        self.value = value
    }
}

extension Lineage {
    /// The run that left the version; nil for one that was adopted.
    public var completedRun: Run? {
        guard let run, let dataset, let plan, let startedAt, let finishedAt else { return nil }
        let start = RunStart(adapter: version.adapter, base: base, dataset: dataset, plan: plan, at: startedAt)
        return Run(id: run, start: start, end: Run.End(.admitted(version), at: finishedAt))
    }
}
