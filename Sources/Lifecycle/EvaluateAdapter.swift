import Adapters
import Monitoring
import Registry
import StrictJSON
import Training

/// Measures a version and its base on the same held-out rows.
public struct EvaluateAdapter {
    /// Of the intervals that are shown.
    public static let confidence = 0.95

    public struct Line: Sendable, Hashable {
        public let subject: String
        public let score: HeldOutScore
        public let interval: WilsonInterval
    }

    public struct Outcome: Sendable, Hashable {
        public let adapter: AdapterName
        public let metric: String
        public let base: Line
        /// Nil when the adapter has no version yet.
        public let version: Line?
        /// Of McNemar's test, version against base.
        public let pValue: Double?

        public var json: JSONValue {
            [
                "schema": "lora.evaluate/1", "adapter": .string(adapter.text), "metric": .string(metric),
                "base": base.json, "version": version?.json ?? .null, "p_value": pValue.map { .number($0) } ?? .null,
            ]
        }
    }

    private let workspace: Workspace

    public init(in workspace: Workspace) { self.workspace = workspace }

    /// - Parameter text: `name`, `name@v3` or `name@alias`; a bare name means production, else the latest version.
    public func run(_ text: String, now: Timestamp, progress: @escaping Examiner.Progress) throws -> Outcome {
        let reference = try VersionReference(text)
        let declaration = try workspace.registry.adapter(named: reference.adapter.text)
        let task = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace)
        try task.requirePinnedBase(in: workspace.registry)
        let examiner = Examiner(task, in: workspace, progress: progress)
        let hasVersions = try workspace.registry.latestVersion(of: declaration.name) != nil
        let version = reference.selector != nil || hasVersions ? try workspace.registry.resolve(reference) : nil
        let base = try examiner.base(now: now).score
        let score = try version.map { try examiner.version($0, now: now) }
        return Outcome(
            adapter: declaration.name, metric: declaration.metric.rawValue,
            base: try line("base \(declaration.base)", base, declaration.name),
            version: try version.flatMap { version in try score.map { try line("\(version)", $0, declaration.name) } },
            pValue: score.flatMap { $0.pairs(against: base) }.map(McNemarTest.pValue))
    }

    private func line(_ subject: String, _ score: HeldOutScore, _ adapter: AdapterName) throws -> Line {
        guard let error = score.error else { throw TaskError.noRows(adapter) }
        let interval = WilsonInterval(proportion: error.value, count: score.correct.count, confidence: Self.confidence)
        return Line(subject: subject, score: score, interval: interval)
    }
}

extension EvaluateAdapter.Line {
    fileprivate var json: JSONValue {
        [
            "subject": .string(subject), "rows": .integer(score.correct.count), "errors": .integer(score.errors),
            "error": score.error.map { .number($0.value) } ?? .null,
            "interval": [.number(interval.lower), .number(interval.upper)], "measured_at": .string("\(score.measuredAt)"),
        ]
    }
}
