import Training

/// How a training ended, for people.
enum ConclusionWords {
    static func lines(_ conclusion: RunConclusion) -> [String] {
        let best = conclusion.best.map { best in
            "The candidate is that of step \(best.step), with the lowest held-out loss, \(Decimals.text(best.heldOutLoss, 4))."
        }
        let proposal = conclusion.proposedRank.map { "Try rank \($0): repeat with --escalate, or with --r \($0)." }
        return ["Stopped after step \(conclusion.step): \(conclusion.because)"] + [best, proposal].compactMap(\.self)
    }
}
