import Adapters

/// The three questions that decide whether fine-tuning is worth it.
enum FineTuningRule {
    case baseError(BaseErrorRule)
    case examples(atLeast: Int)
    case horizon(atLeast: CalendarSpan)

    func outcome(for facts: FineTuningFacts, now: Timestamp) -> RuleOutcome {
        switch self {
        case .baseError(let rule): rule.outcome(for: facts.baseError, now: now)
        case .examples(let fewest): Self.examples(facts.effectiveExamples, atLeast: fewest)
        case .horizon(let shortest): Self.horizon(facts.horizon, atLeast: shortest)
        }
    }

    /// What to do instead when the rule failed.
    func alternative(for facts: FineTuningFacts) -> Alternative {
        switch self {
        case .baseError: .keepPrompting
        case .examples(let fewest): .collectExamples(fewest - (facts.effectiveExamples ?? 0))
        case .horizon: .useAPI
        }
    }

    /// What to measure when the rule could not decide.
    func need(after outcome: RuleOutcome, on facts: FineTuningFacts) -> Need {
        switch self {
        case .baseError(let rule): rule.need(after: outcome.finding, on: facts.baseError)
        case .examples: .examples
        case .horizon: .horizon
        }
    }

    private static func examples(_ count: Int?, atLeast fewest: Int) -> RuleOutcome {
        let (threshold, wanted) = (RuleValue.count(fewest), RuleValue.count(fewest).words)
        func outcome(_ finding: RuleOutcome.Finding, _ flip: Counterfactual, _ reason: String) -> RuleOutcome {
            RuleOutcome(
                rule: "examples", input: count.map(RuleValue.count), threshold: threshold, finding: finding, flip: flip,
                reason: reason)
        }
        guard let count else {
            let flip = Counterfactual(.atLeast, threshold, "Passes with \(wanted) effective examples or more.")
            return outcome(.missing, flip, "The effective examples are not counted; \(wanted) are needed.")
        }
        let found = counted(count, "effective example")
        let difference = RuleValue.count(abs(fewest - count)).words
        if count >= fewest {
            let flip = Counterfactual(.below, threshold, "Fails with fewer than \(wanted) examples; \(difference) to spare.")
            return outcome(.passed, flip, "There are \(found), and \(wanted) are needed.")
        }
        let flip = Counterfactual(
            .atLeast, threshold, "Passes with \(counted(fewest - count, "more example")), \(wanted) in all.")
        return outcome(.failed, flip, "There \(count == 1 ? "is" : "are") only \(found); \(wanted) are needed.")
    }

    private static func horizon(_ horizon: CalendarSpan?, atLeast shortest: CalendarSpan) -> RuleOutcome {
        let threshold = RuleValue.span(shortest)
        func outcome(_ finding: RuleOutcome.Finding, _ flip: Counterfactual, _ reason: String) -> RuleOutcome {
            RuleOutcome(
                rule: "horizon", input: horizon.map(RuleValue.span), threshold: threshold, finding: finding, flip: flip,
                reason: reason)
        }
        let reach = Counterfactual(.atLeast, threshold, "Passes with a horizon of \(shortest) or more.")
        guard let horizon else { return outcome(.missing, reach, "The horizon is not known; at least \(shortest) is needed.") }
        if horizon >= shortest {
            let flip = Counterfactual(.below, threshold, "Fails with a horizon shorter than \(shortest).")
            return outcome(.passed, flip, "The horizon of \(horizon) reaches the required \(shortest).")
        }
        return outcome(.failed, reach, "The horizon of \(horizon) is shorter than the required \(shortest).")
    }
}
