import Adapters
import Foundation
import Metrics
import Monitoring
import Policies
import Registry
import StrictJSON
import Suites
import Training

/// Measures a version and its base on the same held-out rows.
public struct EvaluateAdapter {
    public struct Line: Sendable, Hashable {
        public let subject: String
        public let score: HeldOutScore
        public let error: MeasuredRate
        public let interval: ErrorInterval
        public let slices: [SliceScore]

        /// - Throws: `TaskError.noRows`.
        init(
            _ subject: String, _ score: HeldOutScore, _ slices: RowSlices, confidence: Double, of adapter: AdapterName
        ) throws {
            guard let error = score.error(confidence: confidence),
                let interval = ErrorInterval(score.answers, confidence: confidence)
            else { throw TaskError.noRows(adapter) }
            (self.subject, self.score, self.error, self.interval) = (subject, score, error, interval)
            self.slices = slices.scores(of: score.answers, confidence: confidence)
        }
    }

    public struct Outcome: Sendable, Hashable {
        public let adapter: AdapterName
        public let metric: TaskMetric
        /// Of the intervals, by the adapter's policy.
        public let confidence: Double
        public let base: Line
        /// The base behind the declared prompt; nil without one.
        public let prompted: Line?
        /// Nil when the adapter has no version yet.
        public let version: Line?
        /// The version against the base.
        public let comparison: PairedComparison?
        public let slices: [SliceComparison]

        public var json: JSONValue {
            [
                "schema": "lora.evaluate/1", "adapter": .string(adapter.text), "metric": metric.json,
                "confidence": .number(confidence), "base": base.json, "prompted_base": prompted?.json ?? .null,
                "version": version?.json ?? .null, "p_value": comparison.map { .number($0.pValue) } ?? .null,
                "comparison": comparison.map { .object(JSONObject($0.members)) } ?? .null, "slices": .array(slices.map(\.json)),
            ]
        }
    }

    private let workspace: Workspace
    private let shelf: PolicyShelf

    public init(in workspace: Workspace, workingFolder: URL) {
        self.workspace = workspace
        shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
    }

    /// - Parameters:
    ///   - text: `name`, `name@v3` or `name@alias`; a bare name means production, else the latest version.
    ///   - columns: by which rows are parted, beside those declared.
    public func run(
        _ text: String, by columns: [String] = [], now: Timestamp, progress: @escaping Examiner.Progress
    ) throws -> Outcome {
        let reference = try VersionReference(text)
        let declaration = try workspace.registry.adapter(named: reference.adapter.text)
        let task = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace)
        let slices = try task.slices(by: columns)
        try task.requirePinnedBase(in: workspace.registry)
        let examiner = Examiner(task, in: workspace, progress: progress)
        let hasVersions = try workspace.registry.latestVersion(of: declaration.name) != nil
        let version = reference.selector != nil || hasVersions ? try workspace.registry.resolve(reference) : nil
        let policy = try shelf.policy(of: declaration)
        let confidence = policy.fineTuning.baseError.confidence
        func line(_ subject: String, _ score: HeldOutScore) throws -> Line {
            try Line(subject, score, slices, confidence: confidence, of: declaration.name)
        }
        let base = try line("base \(declaration.base)", examiner.base(now: now).score)
        let prompted = try examiner.promptedBase(now: now).map { try line("base with its prompt", $0) }
        let own = try version.map { try line("\($0)", examiner.version($0, now: now)) }
        if let version { try lookCloser(at: version, examiner, by: policy, now: now) }
        return Outcome(
            adapter: declaration.name, metric: declaration.metric, confidence: confidence, base: base, prompted: prompted,
            version: own, comparison: own.flatMap { $0.score.comparison(with: base.score, confidence: confidence) },
            slices: own.map { slices.comparisons($0.score.answers, base.score.answers, confidence: confidence) } ?? [])
    }
}

extension EvaluateAdapter {
    /// Measures what the gate asks beside errors, and keeps it for whoever promotes: permanent probes that came after its release, and of a
    /// version that brought too little evidence, as one does that was trained elsewhere, all the rest.
    private func lookCloser(at version: VersionID, _ examiner: Examiner, by policy: Policy, now: Timestamp) throws {
        let published = try workspace.registry.version(version).published
        // the base that it was trained on is its rival, whatever is declared by now
        let own = try examiner.elsewhere(published) ?? examiner
        _ = try own.base(now: now)
        if policy.gate.keepsProbes, let set = try ProbeShelf(workspace.layout).set(of: version.adapter),
            try workspace.keptProbes(of: version, published.commit, under: own.task.conditions) == nil
        {
            _ = try own.keptProbes(of: version, set, now: now)
        }
        guard policy.gate.suites != nil || policy.gate.effect != nil else { return }
        let suites = try workspace.suites(askedBy: policy)
        if case .success(let evidence) = try ReleasedEvidence.read(version, at: published.at, in: workspace),
            evidence.soundness.isComplete(for: suites)
        {
            return
        }
        _ = try examiner.soundness(of: version, asking: suites, now: now)
    }
}

extension EvaluateAdapter.Line {
    var json: JSONValue {
        .object(
            JSONObject(
                [
                    ("subject", .string(subject)), ("rows", .integer(score.rows)), ("errors", .integer(score.errors)),
                    ("error", .number(error.value)), ("interval", [.number(interval.lower), .number(interval.upper)]),
                    ("measured_at", .string("\(score.measuredAt)")),
                ] + (score.endings?.summary ?? [])
                    + (slices.isEmpty ? [] : [("slices", .array(slices.map(\.json)))])))
    }
}

extension SliceScore {
    var json: JSONValue {
        [
            "column": .string(slice.column), "value": .string(slice.value), "rows": .integer(error.rows),
            "error": .number(error.value), "interval": [.number(error.lower), .number(error.upper)],
        ]
    }
}
