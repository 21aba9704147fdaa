import Adapters
import Foundation
import Registry
import StrictJSON
import Training

/// What a candidate showed on the held-out rows beside its base and the version in production.
struct Proof {
    let facts: GateFacts
    /// The candidate's answers, row by row.
    let result: EvaluationResult
    let candidate: HeldOutScore
    let base: HeldOutScore
    /// How training ended.
    let conclusion: RunConclusion
    let production: (version: VersionID, score: HeldOutScore)?
    let datasetVersion: DatasetVersion
    /// Rows of the training file that were not learned from because the held-out set knows them.
    let leakedRows: Int

    /// - Throws: `TaskError.noRows` when there is nothing to judge by.
    init(
        of folder: URL, _ conclusion: RunConclusion, by examiner: Examiner, in workspace: Workspace, now: Timestamp
    ) throws {
        self.conclusion = conclusion
        let name = examiner.task.declaration.name
        base = try examiner.base(now: now).score
        let inUse = try workspace.registry.aliases(of: name)[.production]
        production = try inUse.map { ($0, try examiner.version($0, now: now)) }
        result = try examiner.candidate(folder)
        let candidate = HeldOutScore(result, at: now)
        self.candidate = candidate
        leakedRows = examiner.task.report.leakedLines.count
        datasetVersion = examiner.task.datasetVersion
        guard let error = candidate.error, let baseError = base.error else { throw TaskError.noRows(name) }
        facts = GateFacts(
            candidateError: error,
            base: GateFacts.Rival(error: baseError, pairs: candidate.pairs(against: base)),
            production: production.flatMap { rival in
                rival.score.error.map { GateFacts.Rival(error: $0, pairs: candidate.pairs(against: rival.score)) }
            })
    }

    /// A verdict of the gate with what it was given on, as the ledger keeps it.
    func record(of verdict: GateVerdict, run: RunID) -> JSONValue {
        var object = verdict.json.objectValue ?? JSONObject()
        object["facts"] = [
            "run": .string("\(run)"), "error": .number(facts.candidateError.value), "base_error": .number(facts.base.error.value),
            "rows": .integer(candidate.correct.count),
            "held_out": datasetVersion.heldOut.map { .string("\($0.digest)") } ?? .null,
            "only_candidate_right": facts.base.pairs.map { .integer($0.onlyFirst) } ?? .null,
            "only_base_right": facts.base.pairs.map { .integer($0.onlySecond) } ?? .null,
            "production": production.map { .string("\($0.version)") } ?? .null,
            "production_error": facts.production.map { .number($0.error.value) } ?? .null,
        ]
        return .object(object)
    }

    /// `evaluation.json` of a version.
    var json: JSONValue {
        [
            "schema": "lora.proof/1",
            "metric": .string(result.metric.rawValue),
            "held_out": datasetVersion.heldOut.map { .string("\($0.digest)") } ?? .null,
            "leaked_rows_left_out": .integer(leakedRows),
            "training": conclusion.json,
            "candidate": candidate.json,
            "base": base.json,
            "production": production.map { production in
                ["version": .string("\(production.version)"), "score": production.score.json]
            } ?? .null,
        ]
    }
}
