import Adapters
import Digests
import Foundation
import Monitoring
import Registry
import StrictJSON
import Suites
import Training

/// What a candidate showed on the held-out rows beside its base and the version that it would succeed.
struct Proof {
    let facts: GateFacts
    /// What is kept to know it again.
    let probes: GoldenProbes
    /// The candidate's answers, row by row.
    let result: EvaluationResult
    let candidate: HeldOutScore
    let base: HeldOutScore
    /// The base behind the declared prompt; nil without one.
    let prompted: HeldOutScore?
    let slices: RowSlices
    let confidence: Double
    /// How training ended.
    let conclusion: RunConclusion
    /// The version in production; without a score where the base that it was trained on is gone.
    let production: (version: VersionID, score: HeldOutScore?)?
    /// The newest version, where none is in production: what the candidate would succeed.
    let parent: (version: VersionID, score: HeldOutScore?)?
    /// What the gate asks beside errors on held-out rows.
    let soundness: Soundness
    let datasetVersion: DatasetVersion
    /// Rows of the training file that were not learned from because the held-out set knows them.
    let leakedRows: Int
    /// What base and predecessor answered to the rows that a report shows, by the number of the row.
    let others: [Int: [(String, String)]]
    /// What became of the adapter's permanent probes; nil where it has none.
    let kept: KeptProbesResult?

    /// - Parameters:
    ///   - confidence: of intervals and comparisons.
    ///   - asked: the suites that the policy wants to know of.
    /// - Throws: `TaskError.noRows` when there is nothing to judge by.
    init(
        of folder: URL, _ conclusion: RunConclusion, by examiner: Examiner, in workspace: Workspace, confidence: Double,
        asking asked: [Suite], now: Timestamp
    ) throws {
        self.confidence = confidence
        let slices = try examiner.task.slices()
        self.slices = slices
        self.conclusion = conclusion
        let name = examiner.task.declaration.name
        base = try examiner.base(now: now).score
        prompted = try examiner.promptedBase(now: now)
        let inUse = try workspace.registry.aliases(of: name)[.production]
        production = try inUse.map { ($0, try examiner.versionOnKeptBase($0, now: now)) }
        let newest = try inUse == nil ? workspace.registry.newestKept(of: name, on: examiner.task.base.digest) : nil
        parent = try newest.map { ($0, try examiner.version($0, now: now)) }
        result = try examiner.candidate(folder)
        let candidate = HeldOutScore(result, at: now)
        self.candidate = candidate
        let samples = candidate.correct.map { [baseMarks = base.correct ?? []] in AnswerSamples($0, base: baseMarks).rows }
        let predecessor = production?.score != nil ? production?.version : parent?.score != nil ? parent?.version : nil
        others = try examiner.answers(of: predecessor, to: samples ?? [])
        leakedRows = examiner.task.report.leakedLines.count
        let probes = try examiner.probes(folder)
        self.probes = probes.kept
        soundness = Soundness(
            effect: probes.measured.effect, probeStopRate: probes.measured.stopRate,
            suites: try examiner.suites(asked, of: folder, as: "candidate", now: now))
        kept = try examiner.keptProbes(candidate: folder)
        datasetVersion = examiner.task.datasetVersion
        guard let error = candidate.error(confidence: confidence),
            let rival = GateFacts.Rival(base, beside: candidate, slices, confidence: confidence)
        else { throw TaskError.noRows(name) }
        var facts = GateFacts(
            candidateError: error, base: rival,
            production: production?.score.flatMap { GateFacts.Rival($0, beside: candidate, slices, confidence: confidence) },
            parent: parent?.score.flatMap { GateFacts.Rival($0, beside: candidate, slices, confidence: confidence) })
        facts.stopRate = candidate.endings?.stopRate
        facts.kept = kept?.facts
        let learned = Set(examiner.task.dataset.examples.map(\.line))
        facts.leakedRows = examiner.task.report.leakedLines.count(where: learned.contains)
        soundness.state(in: &facts, asking: asked, confidence: confidence)
        self.facts = facts
    }

    /// A verdict of the gate with what it was given on, as the ledger keeps it.
    func record(of verdict: GateVerdict, run: RunID) -> JSONValue {
        var object = verdict.json.objectValue ?? JSONObject()
        object["facts"] = [
            "run": .string("\(run)"), "error": .number(facts.candidateError.value), "base_error": .number(facts.base.error.value),
            "rows": .integer(candidate.rows),
            "held_out": datasetVersion.heldOut.map { .string("\($0.digest)") } ?? .null,
            "only_candidate_right": facts.base.pairs.map { .integer($0.onlyFirst) } ?? .null,
            "only_base_right": facts.base.pairs.map { .integer($0.onlySecond) } ?? .null,
            "production": production.map { .string("\($0.version)") } ?? .null,
            "production_error": facts.production.map { .number($0.error.value) } ?? .null,
            "parent": parent.map { .string("\($0.version)") } ?? .null,
            "parent_error": facts.parent.map { .number($0.error.value) } ?? .null,
            "effect": facts.effect.map { .number($0) } ?? .null,
            "probe_stop_rate": facts.probeStopRate.map { .number($0) } ?? .null,
        ]
        return .object(object)
    }

    /// `evaluation.json` of a version.
    var json: JSONValue { .object(JSONObject(members + soundness.members)) }

    private var members: [(String, JSONValue)] {
        [
            ("schema", .string("lora.proof/1")),
            ("metric", .string(result.metric.name)),
            ("confidence", .number(confidence)),
            ("held_out", datasetVersion.heldOut.map { .string("\($0.digest)") } ?? .null),
            ("leaked_rows_left_out", .integer(leakedRows)),
            ("training", conclusion.json),
            ("candidate", candidate.json),
            ("base", base.json),
            ("prompted_base", prompted?.json ?? .null),
            ("production", production.map { ["version": .string("\($0.version)"), "score": $0.score?.json ?? .null] } ?? .null),
            ("parent", parent.map { ["version": .string("\($0.version)"), "score": $0.score?.json ?? .null] } ?? .null),
            ("comparisons", .object(JSONObject(comparisons))),
            ("slices", .array(slices.scores(of: candidate.answers, confidence: confidence).map(\.json))),
            ("kept_probes", kept?.json ?? .null),
        ]
    }

    /// The candidate against each, over all rows and by slices.
    private var comparisons: [(String, JSONValue)] {
        let prompted = prompted.flatMap { GateFacts.Rival($0, beside: candidate, slices, confidence: confidence) }
        let rivals = [
            ("base", facts.base), ("prompted_base", prompted), ("production", facts.production), ("parent", facts.parent),
        ]
        return rivals.compactMap { name, rival in
            rival.flatMap { rival in
                rival.comparison.map { comparison in
                    (name, .object(JSONObject(comparison.members + [("slices", .array(rival.slices.map(\.json)))])))
                }
            }
        }
    }
}

extension AdapterRegistry {
    /// The newest version on a base whose weights are kept; nil without one.
    fileprivate func newestKept(of adapter: AdapterName, on base: ContentDigest) throws -> VersionID? {
        try versions(of: adapter).filter { !$0.isPruned && $0.published.lineage.base.digest == base }
            .max { $0.version.number < $1.version.number }?.version
    }
}
