import Adapters
import Monitoring

/// What a candidate must show before it becomes a version.
enum GateRule {
    /// Its error rests on so many held-out rows.
    case rows(atLeast: Int)
    /// Its error lies below the base's by more than `margin`.
    case beatsBase(margin: Double)
    /// The test against the base, on the same rows, gives a p-value of at most `level`: McNemar's of right and wrong answers, the exchange of
    /// rows of other scores.
    case differsFromBase(level: Double)
    /// Its error exceeds that of the version it succeeds by at most `largestLoss`, or by more where that may be chance.
    case keepsProduction(largestLoss: Double, significance: Double?)
    /// In no slice is it worse than the version it succeeds, else the base, beyond a limit and chance.
    case keepsSlices(GateRules.LossLimit)
    /// In no out-of-domain suite is it worse than the base beyond a limit and chance.
    case keepsSuites(GateRules.LossLimit)
    /// So large a share of its answers ends by itself.
    case stops(atLeast: Double)
    /// It changes some token's log-probability by so many nats.
    case hasEffect(atLeast: Double)
    /// It answers what its predecessors once got wrong.
    case keepsProbes
    /// It learned from no row that it is measured on.
    case forbidsLeaks

    /// Nil when the rule does not apply: there is nothing to succeed, or nobody looked.
    func outcome(for facts: GateFacts) -> RuleOutcome? {
        switch self {
        case .rows(let fewest): Self.rows(facts.candidateError, atLeast: fewest)
        case .beatsBase(let margin): Self.beatsBase(facts, margin)
        case .differsFromBase(let level): Self.differsFromBase(facts, level)
        case .keepsProduction(let largestLoss, let level): Self.keepsProduction(facts, largestLoss, level)
        case .keepsSlices(let limit): Self.keepsSlices(facts, limit)
        case .keepsSuites(let limit): Self.keepsSuites(facts, limit)
        case .stops(let fewest): Self.stops(facts, atLeast: fewest)
        case .hasEffect(let least): Self.hasEffect(facts, atLeast: least)
        case .keepsProbes: Self.keepsProbes(facts)
        case .forbidsLeaks: Self.forbidsLeaks(facts)
        }
    }

    private static func rows(_ error: MeasuredRate, atLeast fewest: Int) -> RuleOutcome {
        let (threshold, rows) = (RuleValue.count(fewest), error.sampleSize.map(RuleValue.count))
        let isEnough = error.sampleSize.map { $0 >= fewest }
        let flip =
            isEnough == true
            ? Counterfactual(.below, threshold, "Fails with fewer than \(threshold.words) held-out rows.")
            : Counterfactual(.atLeast, threshold, "Passes with \(threshold.words) held-out rows or more.")
        let found =
            error.sampleSize.map { counted($0, "held-out row") }.map { "The candidate was measured on \($0)" }
            ?? "The held-out rows are not counted"
        return RuleOutcome(
            rule: "rows", input: rows, threshold: threshold, finding: isEnough.map { $0 ? .passed : .failed } ?? .missing,
            flip: flip, reason: "\(found); \(threshold.words) are needed.")
    }

    private static func beatsBase(_ facts: GateFacts, _ margin: Double) -> RuleOutcome {
        let candidate = RuleValue.rate(facts.candidateError.value.steady)
        let limit = max(0, facts.base.error.value - margin).steady
        let isBetter = facts.candidateError.value.steady < limit
        let words = RuleValue.rate(limit).words
        let flip =
            isBetter
            ? Counterfactual(.atLeast, .rate(limit), "Fails with a candidate error of \(words) or more.")
            : Counterfactual(.below, .rate(limit), "Passes with a candidate error below \(words).")
        let margins = margin > 0 ? " less a margin of \(RuleValue.rate(margin).words)" : ""
        let reason =
            "The candidate's error of \(candidate.words) is \(isBetter ? "" : "not ")below the base's "
            + "\(RuleValue.rate(facts.base.error.value).words)\(margins)."
        return RuleOutcome(
            rule: "beats_base", input: candidate, threshold: .rate(limit), finding: isBetter ? .passed : .failed, flip: flip,
            reason: reason)
    }

    private static func keepsProduction(_ facts: GateFacts, _ largestLoss: Double, _ level: Double?) -> RuleOutcome? {
        let predecessor = facts.production.map { ($0, "production's") } ?? facts.parent.map { ($0, "its parent's") }
        guard let (rival, whose) = predecessor else { return nil }
        let candidate = RuleValue.rate(facts.candidateError.value.steady)
        let limit = min(1, rival.error.value + largestLoss).steady
        let isWithin = facts.candidateError.value.steady <= limit
        // where rows were not compared one by one, the difference alone decides
        let pValue = rival.comparison?.pValue ?? rival.pairs.map(McNemarTest.pValue)
        let chance = isWithin ? nil : level.flatMap { level in pValue.flatMap { $0 > level ? $0 : nil } }
        let isKept = isWithin || chance != nil
        let words = RuleValue.rate(limit).words
        let flip =
            isKept
            ? Counterfactual(
                .above, .rate(limit), "Fails with a candidate error above \(words)\(level == nil ? "" : " that is no chance").")
            : Counterfactual(.atMost, .rate(limit), "Passes with a candidate error of \(words) or less.")
        let reason =
            "The candidate's error of \(candidate.words) is \(isWithin ? "within" : "above") the \(words) that \(whose) "
            + "\(RuleValue.rate(rival.error.value).words) allows"
            + (chance.map { ", which may be chance (p \((1e4 * $0).rounded() / 1e4))." } ?? ".")
        return RuleOutcome(
            rule: "keeps_production", input: candidate, threshold: .rate(limit), finding: isKept ? .passed : .failed,
            flip: flip, reason: reason)
    }
}

extension GateRule {
    private static func differsFromBase(_ facts: GateFacts, _ level: Double) -> RuleOutcome {
        let pValue = facts.base.pairs.map(McNemarTest.pValue) ?? facts.base.comparison?.pValue
        let flip =
            pValue.map { $0 <= level } == true
            ? Counterfactual(.above, .ratio(level), "Fails with a p-value above \(level).")
            : Counterfactual(.atMost, .ratio(level), "Passes with a p-value of \(level) or less; more rows may show it.")
        return RuleOutcome(
            rule: "differs_from_base", input: pValue.map { .ratio($0.steady) }, threshold: .ratio(level),
            finding: pValue.map { $0 <= level ? .passed : .failed } ?? .missing, flip: flip,
            reason: differenceReason(facts.base, pValue, level))
    }

    private static func differenceReason(_ base: GateFacts.Rival, _ pValue: Double?, _ level: Double) -> String {
        guard let pValue, let counts = base.pairs.map(words) ?? base.comparison.map(words) else {
            return "Candidate and base were not compared row by row."
        }
        return pValue <= level
            ? "The difference from the base is no chance: \(counts) (p at most \(level))."
            : "The difference from the base may be chance: \(counts) (p above \(level))."
    }

    private static func words(_ pairs: PairedCounts) -> String {
        "\(pairs.onlyFirst) rows only the candidate gets right, \(pairs.onlySecond) only the base"
    }

    private static func words(_ comparison: PairedComparison) -> String {
        let points = (comparison.difference.steady * 1e4).rounded() / 100
        return "\(points) points on \(counted(comparison.rows, "row"))"
    }
}
