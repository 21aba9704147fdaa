import Adapters
import Foundation
import Monitoring
import Policies
import Registry
import StrictJSON
import Training

/// Measures a version and its base on the same held-out rows.
public struct EvaluateAdapter {
    public struct Line: Sendable, Hashable {
        public let subject: String
        public let score: HeldOutScore
        public let error: MeasuredRate
        public let interval: WilsonInterval
    }

    public struct Outcome: Sendable, Hashable {
        public let adapter: AdapterName
        public let metric: String
        /// Of the intervals, by the adapter's policy.
        public let confidence: Double
        public let base: Line
        /// Nil when the adapter has no version yet.
        public let version: Line?
        /// Of McNemar's test, version against base.
        public let pValue: Double?

        public var json: JSONValue {
            [
                "schema": "lora.evaluate/1", "adapter": .string(adapter.text), "metric": .string(metric),
                "confidence": .number(confidence), "base": base.json, "version": version?.json ?? .null,
                "p_value": pValue.map { .number($0) } ?? .null,
            ]
        }
    }

    private let workspace: Workspace
    private let shelf: PolicyShelf

    public init(in workspace: Workspace, workingFolder: URL) {
        self.workspace = workspace
        shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
    }

    /// - Parameter text: `name`, `name@v3` or `name@alias`; a bare name means production, else the latest version.
    public func run(_ text: String, now: Timestamp, progress: @escaping Examiner.Progress) throws -> Outcome {
        let reference = try VersionReference(text)
        let declaration = try workspace.registry.adapter(named: reference.adapter.text)
        let task = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace)
        try task.requirePinnedBase(in: workspace.registry)
        let examiner = Examiner(task, in: workspace, progress: progress)
        let hasVersions = try workspace.registry.latestVersion(of: declaration.name) != nil
        let version = reference.selector != nil || hasVersions ? try workspace.registry.resolve(reference) : nil
        let confidence = try shelf.policy(of: declaration).fineTuning.baseError.confidence
        let base = try examiner.base(now: now).score
        let score = try version.map { try examiner.version($0, now: now) }
        func line(_ subject: String, _ score: HeldOutScore) throws -> Line {
            guard let error = score.error else { throw TaskError.noRows(declaration.name) }
            let interval = WilsonInterval(proportion: error.value, count: score.correct.count, confidence: confidence)
            return Line(subject: subject, score: score, error: error, interval: interval)
        }
        return Outcome(
            adapter: declaration.name, metric: declaration.metric.rawValue, confidence: confidence,
            base: try line("base \(declaration.base)", base),
            version: try version.flatMap { version in try score.map { try line("\(version)", $0) } },
            pValue: score.flatMap { $0.pairs(against: base) }.map(McNemarTest.pValue))
    }
}

extension EvaluateAdapter.Line {
    fileprivate var json: JSONValue {
        [
            "subject": .string(subject), "rows": .integer(score.correct.count), "errors": .integer(score.errors),
            "error": .number(error.value),
            "interval": [.number(interval.lower), .number(interval.upper)], "measured_at": .string("\(score.measuredAt)"),
        ]
    }
}
