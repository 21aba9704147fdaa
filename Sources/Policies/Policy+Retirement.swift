import Adapters
import Monitoring

extension Policy {
    /// Whether an adapter is still worth its upkeep.
    ///
    /// One rule that is shown to fail is enough to give it up; what the measurements leave open gives nothing up, and what was not measured at
    /// all is not enough evidence.
    public func judgeRetirement(_ facts: RetirementFacts, now: Timestamp) -> RetirementVerdict {
        let rules = [
            retirement.baseErrorAtMost.map { baseStillErrs(facts.baseError, above: $0) },
            retirement.advantageBelow.map { stillPays(facts, atLeast: $0) },
            retirement.afterHorizon ? stillNeeded(until: facts.neededUntil, now: now) : nil,
        ].compactMap(\.self)
        let answer: RetirementVerdict.Answer =
            rules.contains { $0.finding == .failed }
            ? .retire : rules.contains { $0.finding == .missing } ? .notEnoughEvidence : .keep
        return RetirementVerdict(answer: answer, rules: rules, policy: stamp)
    }

    private func baseStillErrs(_ error: MeasuredRate?, above limit: Double) -> RuleOutcome {
        let (threshold, words) = (RuleValue.rate(limit), RuleValue.rate(limit).words)
        let flip = Counterfactual(.atMost, threshold, "Fails once the base alone surely errs on \(words) or less.")
        func outcome(_ finding: RuleOutcome.Finding, _ reason: String) -> RuleOutcome {
            RuleOutcome(
                rule: "base_alone", input: error.map { .rate($0.value) }, threshold: threshold, finding: finding, flip: flip,
                reason: reason)
        }
        guard let error else { return outcome(.missing, "The base alone was not measured on the rows of today.") }
        let seen = "The base alone errs on \(RuleValue.rate(error.value).words)"
        guard let rows = error.sampleSize else {
            return error.value > limit
                ? outcome(.passed, "\(seen), above \(words).")
                : outcome(.failed, "\(seen), no more than \(words): it needs no adapter.")
        }
        let interval = ErrorInterval(error, rows: rows, confidence: retirement.confidence)
        let sighting = "\(seen) of \(counted(rows, "row")) (\(span(interval.lower, interval.upper)))"
        switch interval.position(of: limit) {
        case .above: return outcome(.passed, "\(sighting), above \(words).")
        case .below: return outcome(.failed, "\(sighting), no more than \(words): it needs no adapter.")
        case .straddling: return outcome(.unsettled, "\(sighting), which cannot be told from \(words).")
        }
    }

    private func stillPays(_ facts: RetirementFacts, atLeast limit: Double) -> RuleOutcome {
        let (threshold, words) = (RuleValue.rate(limit), points(limit))
        let flip = Counterfactual(.below, threshold, "Fails once the version surely errs less than \(words) below the base.")
        func outcome(_ value: Double?, _ finding: RuleOutcome.Finding, _ reason: String) -> RuleOutcome {
            RuleOutcome(
                rule: "advantage", input: value.map { .rate($0.steady) }, threshold: threshold, finding: finding, flip: flip,
                reason: reason)
        }
        guard let difference = advantage(facts) else {
            return outcome(nil, .missing, "Version and base were not compared on the same rows.")
        }
        let sighting =
            "The version's error lies \(points(abs(difference.value))) \(difference.value < 0 ? "above" : "below") "
            + "the base's (\(span(difference.lower, difference.upper)))"
        if difference.upper < limit { return outcome(difference.value, .failed, "\(sighting), less than the \(words) that pay.") }
        return difference.lower >= limit
            ? outcome(difference.value, .passed, "\(sighting), and \(words) pay.")
            : outcome(difference.value, .unsettled, "\(sighting), which cannot be told from the \(words) that pay.")
    }

    /// The base's error less the version's, from counts of rows where there are any.
    private func advantage(_ facts: RetirementFacts) -> (value: Double, lower: Double, upper: Double)? {
        if let pairs = facts.pairs, let rows = facts.baseError?.sampleSize, rows >= pairs.discordant {
            let difference = PairedDifference(pairs, rows: rows, confidence: retirement.confidence)
            return (difference.value, difference.lower, difference.upper)
        }
        return facts.comparison.map { ($0.difference, $0.lower, $0.upper) }
    }

    private func stillNeeded(until end: Timestamp?, now: Timestamp) -> RuleOutcome {
        let finding: RuleOutcome.Finding = end.map { $0 > now ? .passed : .failed } ?? .missing
        let reason =
            end.map { "It was declared to be needed \($0 > now ? "until" : "no longer than") \($0.date)." }
            ?? "It has no version yet, so its horizon has not begun."
        return RuleOutcome(
            rule: "horizon", input: end.map { .moment($0) }, threshold: .moment(now), finding: finding,
            flip: Counterfactual(.atMost, .moment(now), "Fails when the horizon that the adapter was declared with is over."),
            reason: reason)
    }

    private func points(_ share: Double) -> String { "\(RuleValue.ratio(100 * share).words) points" }

    private func span(_ lower: Double, _ upper: Double) -> String {
        "\(RuleValue.rate(retirement.confidence).words) interval \(RuleValue.rate(lower).words) to \(RuleValue.rate(upper).words)"
    }
}
