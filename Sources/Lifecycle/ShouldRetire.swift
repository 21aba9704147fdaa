import Adapters
import Foundation
import Policies
import Registry
import StrictJSON
import Training

/// Is an adapter still worth its upkeep? Measures it beside its base alone where that was not done yet; the policy decides.
public struct ShouldRetire {
    public struct Outcome: Sendable {
        public let adapter: AdapterName
        public let version: VersionID
        public let base: BaseIdentity
        public let facts: RetirementFacts
        public let versionError: MeasuredRate?
        public let verdict: RetirementVerdict

        /// The verdict, with what was compared.
        public var json: JSONValue {
            var object = verdict.json.objectValue ?? JSONObject()
            object["adapter"] = .string(adapter.text)
            object["version"] = .string("\(version)")
            object["base"] = .string("\(base.digest)")
            object["base_error"] = facts.baseError.map { .number($0.value) } ?? .null
            object["version_error"] = versionError.map { .number($0.value) } ?? .null
            object["rows"] = facts.baseError?.sampleSize.map { .integer($0) } ?? .null
            object["only_version_right"] = facts.pairs.map { .integer($0.onlyFirst) } ?? .null
            object["only_base_right"] = facts.pairs.map { .integer($0.onlySecond) } ?? .null
            object["needed_until"] = facts.neededUntil.map { .string("\($0)") } ?? .null
            return .object(object)
        }
    }

    private let workspace: Workspace
    private let shelf: PolicyShelf

    public init(in workspace: Workspace, workingFolder: URL) {
        self.workspace = workspace
        shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
    }

    /// - Parameter text: an adapter; its version in production is compared, else the latest.
    public func run(_ text: String, now: Timestamp, progress: @escaping Examiner.Progress) throws -> Outcome {
        let declaration = try workspace.registry.adapter(named: text)
        let policy = try shelf.policy(of: declaration)
        let version = try workspace.registry.resolve(VersionReference(text))
        let task = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace)
        try task.requirePinnedBase(in: workspace.registry)
        let examiner = Examiner(task, in: workspace, progress: progress)
        let base = try examiner.base(now: now).score
        let score = try examiner.version(version, now: now)
        let facts = RetirementFacts(
            baseError: base.error(confidence: policy.retirement.confidence), pairs: score.pairs(against: base),
            comparison: score.comparison(with: base, confidence: policy.retirement.confidence),
            neededUntil: try RetirementEvidence(in: workspace).neededUntil(declaration))
        let outcome = Outcome(
            adapter: declaration.name, version: version,
            base: task.base.identity, facts: facts,
            versionError: score.error,
            verdict: policy.judgeRetirement(facts, now: now))
        try workspace.registry.record(
            Decision(
                adapter: declaration.name, question: .retire, answer: outcome.verdict.answer.rawValue, verdict: outcome.json,
                at: now))
        return outcome
    }
}
