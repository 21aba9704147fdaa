import Adapters
import Foundation
import Policies
import Registry
import StrictJSON
import Training

/// Is fine-tuning the right investment? Facts are measured where nobody gave them; the policy alone decides.
public struct ShouldFinetune {
    /// What was typed; nil where nothing was said.
    public struct Request: Sendable {
        public var adapter: String?
        public var baseError: Double?
        /// Rows behind `baseError`; without it the number counts as exact.
        public var sample: Int?
        /// When `baseError` was measured; without it its age is not judged.
        public var measuredAt: Timestamp?
        public var examples: Int?
        public var horizon: CalendarSpan?
        public var policy: PolicyChoice?
        /// Prices and use, as `machine_hour=0.8`.
        public var costs: [String] = []
        /// Measure even where earlier evidence would do.
        public var measuresAgain = false
        /// A model behind a server, whose error is measured instead of the base's.
        public var endpoint: EndpointChoice?

        public init() {}
    }

    public struct Outcome: Sendable {
        public let adapter: AdapterName?
        public let facts: FineTuningFacts
        public let verdict: Verdict
        /// Whether the base error is earlier evidence.
        public let isReused: Bool
        /// Over the horizon; nil where that is not known.
        public let cost: CostForecast?
        /// What the verdict was made by.
        let grounds: Grounds

        /// The verdict, with the adapter it is about.
        public var json: JSONValue {
            var object = verdict.json.objectValue ?? JSONObject()
            object["adapter"] = adapter.map { .string($0.text) } ?? .null
            object["facts"] = facts.json
            object["cost"] = cost?.json ?? .null
            object["evidence"] = grounds.evidence
            return .object(object)
        }
    }

    private let request: Request
    private let shelf: (URL?) -> PolicyShelf

    public init(_ request: Request, workingFolder: URL) {
        self.request = request
        shelf = { PolicyShelf(registry: $0, workingFolder: workingFolder) }
    }

    /// - Parameter open: opens the registry; asked only when an adapter is named.
    public func run(
        open: () throws -> Workspace, now: Timestamp, progress: @escaping Examiner.Progress
    ) throws -> Outcome {
        guard let name = request.adapter else {
            let policy = try policy(nil, registry: nil)
            let facts = FineTuningFacts(
                baseError: typedError, effectiveExamples: request.examples, horizon: request.horizon)
            let work = CostFacts(effectiveExamples: request.examples)
            let grounds = Grounds(policy: policy, sources: Grounds.Sources(typed: request), now: now)
            return outcome(nil, facts, isReused: false, cost: work, try table(policy), grounds)
        }
        let workspace = try open()
        let declaration = try workspace.registry.adapter(named: name)
        let policy = try policy(declaration, registry: workspace.layout.root)
        let outcome = try judge(declaration, by: policy, in: workspace, now: now, progress: progress)
        try workspace.registry.record(
            Decision(
                adapter: declaration.name, question: .shouldFinetune, answer: outcome.verdict.answer.rawValue,
                verdict: outcome.json, at: now))
        return outcome
    }

    private func judge(
        _ declaration: AdapterDeclaration, by policy: ReadPolicy, in workspace: Workspace, now: Timestamp,
        progress: @escaping Examiner.Progress
    ) throws -> Outcome {
        // what cannot be meant is refused before anything is measured
        let table = try table(policy, declared: declaration.costs)
        let task = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace)
        var facts = FineTuningFacts(
            baseError: typedError, effectiveExamples: request.examples ?? task.report.effectiveRows,
            horizon: request.horizon ?? declaration.horizon, signals: try task.signals())
        var isReused = false
        if facts.baseError == nil {
            let (rule, measuresAgain) = (policy.policy.fineTuning.baseError, request.measuresAgain)
            let measured = try measure(task, in: workspace, now: now, progress) {
                !measuresAgain && rule.isFresh($0, now: now)
            }
            guard let error = measured.score.error(confidence: rule.confidence) else { throw TaskError.noRows(declaration.name) }
            facts.baseError = error
            facts.signals.promptingAccuracy = 1 - error.value
            isReused = measured.isReused
        }
        let sources = Grounds.Sources(typed: request, task: task, isReused: isReused)
        var work = try task.costFacts(in: workspace)
        work.effectiveExamples = facts.effectiveExamples
        var grounds = Grounds(policy: policy, sources: sources, now: now)
        if typedError == nil { grounds.evidence = task.evidence(isReused: isReused) }
        return outcome(declaration.name, facts, isReused: isReused, cost: work, table, grounds)
    }

    private func measure(
        _ task: PreparedTask, in workspace: Workspace, now: Timestamp, _ progress: @escaping Examiner.Progress,
        isFresh: (Timestamp) -> Bool
    ) throws -> (score: HeldOutScore, isReused: Bool) {
        if let endpoint = request.endpoint {
            return try EndpointExaminer(task.declaration, in: workspace, endpoint, progress: progress)
                .score(isFresh: isFresh, now: now)
        }
        try task.requirePinnedBase(in: workspace.registry)
        return try Examiner(task, in: workspace, progress: progress).base(isFresh: isFresh, now: now)
    }

    /// - Parameter work: what an adapter makes of it, for the cost.
    private func outcome(
        _ adapter: AdapterName?, _ facts: FineTuningFacts, isReused: Bool, cost work: CostFacts, _ table: CostTable,
        _ grounds: Grounds
    ) -> Outcome {
        Outcome(
            adapter: adapter, facts: facts, verdict: grounds.policy.judgeFineTuning(facts, now: grounds.now), isReused: isReused,
            cost: facts.horizon.map { CostForecast(CostRates(work, table, by: grounds.policy), over: $0) }, grounds: grounds)
    }

    /// The policy's prices, then the adapter's, then what was typed.
    private func table(_ policy: ReadPolicy, declared: [DeclaredSetting] = []) throws(CostError) -> CostTable {
        try policy.policy.costs.overridden(by: declared).overridden(byTyped: request.costs)
    }

    private var typedError: MeasuredRate? {
        request.baseError.flatMap { MeasuredRate($0, sampleSize: request.sample, measuredAt: request.measuredAt) }
    }

    /// A policy that is named for the question judges as it is written, whatever the declaration sets otherwise.
    private func policy(_ declaration: AdapterDeclaration?, registry: URL?) throws -> ReadPolicy {
        let shelf = shelf(registry)
        let declared = { try declaration.map(shelf.source) ?? shelf.source(named: "default") }
        return try ReadPolicy(request.policy.map { try shelf.source(of: $0) } ?? declared(), on: shelf)
    }
}

extension FineTuningFacts {
    var json: JSONValue {
        [
            "base_error": baseError.map { .number($0.value) } ?? .null,
            "base_error_rows": baseError?.sampleSize.map { .integer($0) } ?? .null,
            "base_error_measured_at": baseError?.measuredAt.map { .string("\($0)") } ?? .null,
            "effective_examples": effectiveExamples.map { .integer($0) } ?? .null,
            "horizon": horizon.map { .string("\($0)") } ?? .null,
        ]
    }
}
