import Foundation
import StrictJSON

/// Where a version comes from: everything needed to say what it is without the registry, kept in the version itself.
public struct Lineage: Sendable, Hashable {
    public static let fileName = "lineage.json"
    public static let schema = "lora.lineage/1"

    public let version: VersionID
    /// The version that training continued from; nil when it started from a fresh adapter.
    public let parent: VersionID?
    public let run: RunID
    public let base: BaseIdentity
    public let dataset: DatasetVersion
    public let plan: RecordedPlan
    /// Why training stopped, by the trainer's code; nil in versions made before it was recorded.
    public let stop: String?
    /// In the order in which they are shown.
    public let metrics: [NamedMetric]
    public let startedAt: Timestamp
    public let finishedAt: Timestamp
    /// The program that trained it, with its release.
    public let madeBy: String

    public init(
        version: VersionID, parent: VersionID?, run: RunID, base: BaseIdentity, dataset: DatasetVersion, plan: RecordedPlan,
        stop: String? = nil, metrics: [NamedMetric], startedAt: Timestamp, finishedAt: Timestamp, madeBy: String
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
    }
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
    /// Nil where the metric was not recorded.
    public func metric(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }

    public func count(_ name: String) -> Int? { metric(name).flatMap { Int(exactly: $0) } }

    /// The error at release; nil when it was not recorded as one.
    public var error: MeasuredRate? {
        metric(NamedMetric.error).flatMap { error in
            MeasuredRate(error, sampleSize: count(NamedMetric.heldOutRows), measuredAt: finishedAt)
        }
    }
}

extension Lineage {
    public var json: JSONValue {
        .object(
            JSONObject([
                ("schema", .string(Self.schema)),
                ("version", .string("\(version)")),
                ("parent", parent.map { .string("\($0)") } ?? .null),
                ("run", .string("\(run)")),
                ("base", base.json),
                ("dataset", dataset.json),
                ("plan", plan.json),
                ("plan_digest", .string("\(plan.digest)")),
                ("stop_reason", stop.map { .string($0) } ?? .null),
                ("metrics", .object(JSONObject(metrics.map { ($0.name, $0.value.isFinite ? .number($0.value) : .null) }))),
                ("started_at", .string("\(startedAt)")),
                ("finished_at", .string("\(finishedAt)")),
                ("made_by", .string(madeBy)),
            ]))
    }

    /// The bytes of `lineage.json`.
    public var data: Data { Data((json.text(.pretty) + "\n").utf8) }

    public init(json: JSONValue) throws(DamagedRecord) {
        let reader = try RecordReader(json)
        guard try reader.text("schema") == Self.schema else { throw reader.fault("schema", wanted: "'\(Self.schema)'") }
        version = try reader.parse("version") { text throws(NameError) in try VersionID(text) }
        parent =
            try reader.optionalText("parent") == nil
            ? nil : try reader.parse("parent") { text throws(NameError) in try VersionID(text) }
        run = try reader.parse("run") { text throws(NameError) in try RunID(text) }
        base = try BaseIdentity(reader.object("base"))
        dataset = try DatasetVersion(reader.object("dataset"))
        plan = RecordedPlan(json: try reader.value("plan"), digest: try reader.digest("plan_digest"))
        stop = try reader.optionalText("stop_reason")
        var metrics: [NamedMetric] = []
        for (name, value) in try reader.members("metrics") {
            guard let number = value.isNull ? .nan : value.doubleValue else {
                throw reader.fault("metrics.\(name)", wanted: "a number or null")
            }
            guard !NamedMetric.counts.contains(name) || Int(exactly: number).map({ $0 >= 0 }) == true else {
                throw reader.fault("metrics.\(name)", wanted: "a whole number")
            }
            metrics.append(NamedMetric(name, number))
        }
        self.metrics = metrics
        startedAt = try reader.timestamp("started_at")
        finishedAt = try reader.timestamp("finished_at")
        madeBy = try reader.text("made_by")
    }
}

extension BaseIdentity {
    public var json: JSONValue {
        ["name": .string("\(name)"), "revision": revision.map { .string($0) } ?? .null, "digest": .string("\(digest)")]
    }

    public init(json: JSONValue) throws(DamagedRecord) { try self.init(RecordReader(json)) }

    init(_ reader: RecordReader) throws(DamagedRecord) {
        self.init(
            name: try reader.parse("name") { text throws(NameError) in try BaseName(text) },
            revision: try reader.optionalText("revision"), digest: try reader.digest("digest"))
    }
}
