import Adapters
import Faults
import Foundation
import Metrics
import Monitoring
import Policies
import Registry
import StrictJSON
import Training

/// Holds a version against another, or against its base, on the same held-out rows, over all of them and by slices.
public struct CompareVersions {
    public struct Outcome: Sendable {
        public static let schema = "lora.compare/1"

        public let adapter: AdapterName
        public let metric: TaskMetric
        public let first: EvaluateAdapter.Line
        public let second: EvaluateAdapter.Line
        /// The base, alone and behind the declared prompt, where it is none of the two.
        public let context: [EvaluateAdapter.Line]
        public let comparison: PairedComparison
        public let slices: [SliceComparison]
        /// Of the first; nil where its answers are scored by another program, and nobody asked for repeats.
        public let noise: NoiseFloor?

        public var json: JSONValue {
            .object(
                JSONObject([
                    ("adapter", .string(adapter.text)), ("metric", metric.json), ("first", first.json), ("second", second.json),
                    ("context", .array(context.map(\.json))), ("comparison", .object(JSONObject(comparison.members))),
                    ("slices", .array(slices.map(\.json))), ("noise_floor", noise?.json ?? .null),
                ]))
        }
    }

    private let workspace: Workspace
    private let shelf: PolicyShelf

    public init(in workspace: Workspace, workingFolder: URL) {
        self.workspace = workspace
        shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
    }

    /// - Parameters:
    ///   - text: `name@v3` or `name@alias`; a bare name means production, else the latest version.
    ///   - other: another version of the same adapter, or `base`.
    ///   - columns: by which rows are parted, beside those declared.
    ///   - repeats: how often the first is measured to learn how much its score moves by itself, the kept measurement among them.
    public func run(
        _ text: String, against other: String, by columns: [String] = [], repeats: Int = 1, now: Timestamp,
        progress: @escaping Examiner.Progress
    ) throws -> Outcome {
        let reference = try VersionReference(text)
        let declaration = try workspace.registry.adapter(named: reference.adapter.text)
        let rival = other == "base" ? nil : try self.rival(other, of: declaration.name)
        let first = try workspace.registry.resolve(reference)
        let task = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace)
        let slices = try task.slices(by: columns)
        try task.requirePinnedBase(in: workspace.registry)
        let examiner = Examiner(task, in: workspace, progress: progress)
        let confidence = try shelf.policy(of: declaration).fineTuning.baseError.confidence
        func line(_ subject: String, _ score: HeldOutScore) throws -> EvaluateAdapter.Line {
            try EvaluateAdapter.Line(subject, score, slices, confidence: confidence, of: declaration.name)
        }
        let base = try line("base \(declaration.base)", examiner.base(now: now).score)
        let prompted = try examiner.promptedBase(now: now).map { try line("base with its prompt", $0) }
        let ours = try line("\(first)", examiner.version(first, now: now))
        let theirs = try rival.map { try line("\($0)", examiner.version($0, now: now)) } ?? base
        guard let comparison = ours.score.comparison(with: theirs.score, confidence: confidence) else {
            throw TaskError.noRows(declaration.name)
        }
        let again = try examiner.repeated(first, repeats - 1, now: now)
        let unmeasured: NoiseFloor? = declaration.metric.name == .external ? nil : .deterministic
        return Outcome(
            adapter: declaration.name, metric: declaration.metric, first: ours, second: theirs,
            context: (rival == nil ? [] : [base]) + (prompted.map { [$0] } ?? []), comparison: comparison,
            slices: slices.comparisons(ours.score.answers, theirs.score.answers, confidence: confidence),
            noise: NoiseFloor(([ours.score] + again).map(\.answers)) ?? unmeasured)
    }

    private func rival(_ text: String, of adapter: AdapterName) throws -> VersionID {
        let reference = try VersionReference(text)
        try workspace.requireKnown(reference.adapter)
        guard reference.adapter == adapter else { throw VersionComparisonError.otherAdapter(adapter, reference.adapter) }
        return try workspace.registry.resolve(reference)
    }
}

extension NoiseFloor {
    var json: JSONValue {
        [
            "repeats": .integer(repeats), "range": .number(range), "deviation": .number(deviation),
            "changed_rows": .number(changedRows),
        ]
    }
}

public enum VersionComparisonError: Error, Hashable, Explained {
    case otherAdapter(AdapterName, AdapterName)

    public var explanation: Explanation {
        switch self {
        case .otherAdapter(let one, let other):
            Explanation(
                "'\(one)' and '\(other)' are judged by different rows.",
                next:
                    "Compare versions of one adapter, such as `lora compare \(one)@candidate \(one)@production`, or with `base`.",
                kind: .usage)
        }
    }
}
