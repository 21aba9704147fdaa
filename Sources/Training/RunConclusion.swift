import Foundation
import StrictJSON

/// How a run ended and why, as evidence keeps it.
public struct RunConclusion: Sendable, Hashable {
    public let stop: RunStop
    public let because: String
    /// Steps done.
    public let step: Int
    /// The lowest held-out loss, whose adapter is the candidate, and the last one; nil without held-out rows.
    public let best: RunEvaluation?
    public let last: RunEvaluation?
    /// The rank that the policy proposes for a run that underfits.
    public let proposedRank: Int?
    /// The run that this one tried to better at a higher rank.
    public let precursor: String?
}

extension RunConclusion {
    /// A run that nobody judged on its way.
    init(unjudged step: Int, precursor: String?) {
        self.init(
            stop: .plannedSteps, because: "max_steps are done, and there were no held-out rows to judge more by.", step: step,
            best: nil, last: nil, proposedRank: nil, precursor: precursor)
    }

    /// Nil while the rule lets the run go on.
    ///
    /// - Parameter rank: of the adapter; nil where none is trained and no rank can be proposed.
    init?(_ rule: RunRule, rank: Int?, precursor: String?) {
        guard case .stopped(let stop) = rule.state, let last = rule.evaluations.last, let decision = rule.decisions.last else {
            return nil
        }
        self.init(
            stop: stop, because: decision.words, step: last.step, best: rule.best, last: last,
            proposedRank: rank.flatMap(rule.proposedRank(over:)), precursor: precursor)
    }

    public var json: JSONValue {
        [
            "reason": .string(stop.rawValue), "because": .string(because), "step": .integer(step),
            "best": best?.json ?? .null, "last": last?.json ?? .null,
            "proposed_rank": proposedRank.map { .integer($0) } ?? .null,
            "precursor": precursor.map { .string($0) } ?? .null,
        ]
    }

    init?(_ json: JSONValue) {
        guard let stop = json["reason"]?.stringValue.flatMap(RunStop.init), let because = json["because"]?.stringValue,
            let step = json["step"]?.intValue
        else { return nil }
        self.init(
            stop: stop, because: because, step: step, best: json["best"].flatMap(RunEvaluation.init),
            last: json["last"].flatMap(RunEvaluation.init), proposedRank: json["proposed_rank"]?.intValue,
            precursor: json["precursor"]?.stringValue)
    }

    /// What a candidate's trainer_state.json says.
    ///
    /// - Throws: `CandidateError.noConclusion` when it says nothing that we wrote.
    public init(ofCandidate folder: URL) throws {
        let file = folder.appending(path: TrainerState.fileName)
        let state = try JSONValue(contentsOf: file)
        guard
            let conclusion = state["stateful_callbacks"]?[TrainerState.callback]?["attributes"]?["conclusion"]
                .flatMap(RunConclusion.init)
        else { throw CandidateError.noConclusion(file.path) }
        self = conclusion
    }
}
