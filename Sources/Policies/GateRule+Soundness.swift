import Adapters

/// Rules that need no rival: whether the candidate is an adapter that works at all, and was measured fairly.
extension GateRule {
    /// Of the answers to held-out rows, else of those to golden probes: metrics that choose among labels write none.
    static func stops(_ facts: GateFacts, atLeast fewest: Double) -> RuleOutcome? {
        guard let rate = facts.stopRate ?? facts.probeStopRate else { return nil }
        let (threshold, isEnough) = (RuleValue.rate(fewest), rate.steady >= fewest)
        let whose = facts.stopRate == nil ? "its probes' answers" : "its answers"
        return RuleOutcome(
            rule: "stops", input: .rate(rate), threshold: threshold, finding: isEnough ? .passed : .failed,
            flip: isEnough
                ? Counterfactual(.below, threshold, "Fails when fewer than \(threshold.words) end by themselves.")
                : Counterfactual(.atLeast, threshold, "Passes when \(threshold.words) or more end by themselves."),
            reason: "\(RuleValue.rate(rate).words) of \(whose) end by themselves; \(threshold.words) are needed.")
    }

    static func hasEffect(_ facts: GateFacts, atLeast least: Double) -> RuleOutcome? {
        guard let effect = facts.effect else { return nil }
        let isEnough = effect >= least && effect > 0
        return RuleOutcome(
            rule: "has_effect", input: .ratio(effect.steady), threshold: .ratio(least), finding: isEnough ? .passed : .failed,
            flip: isEnough
                ? Counterfactual(.below, .ratio(least), "Fails when no token's log-probability changes by \(least) nats.")
                : Counterfactual(.atLeast, .ratio(least), "Passes when some token's log-probability changes by \(least) nats."),
            reason: effect == 0
                ? "It changes nothing: its golden probes have the base's log-probabilities to the last digit."
                : "It changes a token's log-probability by at most \((effect * 1e4).rounded() / 1e4) nats; \(least) are needed.")
    }

    static func keepsProbes(_ facts: GateFacts) -> RuleOutcome? {
        guard let kept = facts.kept, kept.count > 0 else { return nil }
        let (failed, right) = (kept.failed, kept.count - kept.failed.count)
        let none = RuleValue.count(0)
        return RuleOutcome(
            rule: "keeps_probes", input: .count(failed.count), threshold: none, finding: failed.isEmpty ? .passed : .failed,
            flip: failed.isEmpty
                ? Counterfactual(.above, none, "Fails when one probe is answered wrongly.")
                : Counterfactual(.atMost, none, "Passes when every probe is answered rightly."),
            reason: failed.isEmpty
                ? "It answers \(kept.count == 1 ? "the one probe" : "all \(kept.count) probes") of earlier regressions rightly."
                : "It answers \(right) of \(counted(kept.count, "probe")) of earlier regressions rightly; it fails "
                    + "\(failed.prefix(5).joined(separator: ", "))\(failed.count > 5 ? " and \(failed.count - 5) more" : "").")
    }

    static func forbidsLeaks(_ facts: GateFacts) -> RuleOutcome? {
        guard let leaked = facts.leakedRows else { return nil }
        let none = RuleValue.count(0)
        return RuleOutcome(
            rule: "forbids_leaks", input: .count(leaked), threshold: none, finding: leaked == 0 ? .passed : .failed,
            flip: leaked == 0
                ? Counterfactual(.above, none, "Fails when it learned from a row that the held-out set knows.")
                : Counterfactual(.atMost, none, "Passes when it learned from no row that the held-out set knows."),
            reason: leaked == 0
                ? "It learned from no row that the held-out set knows."
                : "It learned from \(counted(leaked, "row")) that the held-out set knows, so that its error proves memory.")
    }
}
