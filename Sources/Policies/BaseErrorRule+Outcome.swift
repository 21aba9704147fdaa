import Adapters
import Monitoring

/// How a measured base error stands to the threshold.
///
/// A number without a sample is exact. A measured one is judged by its interval (Wilson's for a share of rows, the bootstrap's for a mean of
/// scores), unless the policy decides on the point: wholly above the threshold it passes, wholly at or below it fails, across it the measurement
/// settles nothing.
extension BaseErrorRule {
    func outcome(for error: MeasuredRate?, now: Timestamp) -> RuleOutcome {
        guard let error else {
            return outcome(nil, .missing, boundary(.above, threshold), "The base's error is not measured.")
        }
        if let measuredAt = error.measuredAt, !isFresh(measuredAt, now: now) {
            let ago = freshFor.map { "longer ago than the \($0) it stays evidence" } ?? ""
            let reason = measuredAt > now ? "which lies ahead of \(now.date): a clock is or was wrong" : ago
            return outcome(
                error, .missing, boundary(.above, threshold), "The base's error was measured on \(measuredAt.date), \(reason).")
        }
        if basis == .interval, let rows = error.sampleSize { return intervalOutcome(error, rows) }
        return error.value > threshold
            ? outcome(error, .passed, boundary(.atMost, threshold), "\(seen(error)) is above \(limit).")
            : outcome(error, .failed, boundary(.above, threshold), "\(seen(error)) is not above \(limit).")
    }

    /// Whether a measurement counts as evidence: still, and already. What is dated ahead of the clock has no age that could be judged.
    public func isFresh(_ measuredAt: Timestamp, now: Timestamp) -> Bool {
        measuredAt <= now && freshFor.map { measuredAt.adding($0) >= now } ?? true
    }

    /// What would settle the matter where `outcome` could not.
    func need(after finding: RuleOutcome.Finding, on error: MeasuredRate?) -> Need {
        guard let error else { return .baseError }
        if finding == .unsettled, let rows = error.sampleSize { return .moreRows(rowsMissing(error, rows)) }
        return error.measuredAt.map(Need.freshBaseError) ?? .baseError
    }

    /// Nil for a number without a sample.
    func measuredInterval(around error: MeasuredRate) -> MeasuredInterval? {
        error.sampleSize.map { rows in
            let interval = interval(error, rows)
            return MeasuredInterval(
                rate: error, confidence: confidence, lower: interval.lower, upper: interval.upper, lean: lean(of: error))
        }
    }

    private func lean(of error: MeasuredRate) -> MeasuredInterval.Lean {
        error.value > threshold ? .above : error.value < threshold ? .below : .neither
    }

    private func intervalOutcome(_ error: MeasuredRate, _ rows: Int) -> RuleOutcome {
        let interval = interval(error, rows)
        let ends = [interval.lower, interval.upper].map { RuleValue.rate($0).words }.joined(separator: " to ")
        let span = "\(RuleValue.rate(confidence).words) interval \(ends)"
        let sighting = "\(seen(error)) (\(span))"
        switch interval.position(of: threshold) {
        case .above: return outcome(error, .passed, leaving(error, rows), "\(sighting) is above \(limit).")
        case .below: return outcome(error, .failed, reaching(error, rows), "\(sighting) is not above \(limit).")
        case .straddling: return unsettled(error, rows, sighting)
        }
    }

    private func unsettled(_ error: MeasuredRate, _ rows: Int, _ sighting: String) -> RuleOutcome {
        let lean = lean(of: error)
        let side = lean == .neither ? "to neither side" : "\(lean.rawValue) it"
        let remedy =
            rowsMissing(error, rows).map { "about \(counted($0, "more row")) at the same rate would settle it" }
            ?? "no reasonable number of rows would settle it"
        let reason = "\(sighting) cannot be told from \(limit); it leans \(side), and \(remedy)."
        return outcome(
            error, .unsettled, lean != .below || !canFail(error, rows) ? reaching(error, rows) : failing(error, rows), reason)
    }

    private func outcome(
        _ error: MeasuredRate?, _ finding: RuleOutcome.Finding, _ flip: Counterfactual, _ reason: String
    ) -> RuleOutcome {
        RuleOutcome(
            rule: "base_error", input: error.map { .rate($0.value) }, threshold: .rate(threshold), finding: finding, flip: flip,
            reason: reason)
    }

    private func interval(_ error: MeasuredRate, _ rows: Int) -> ErrorInterval {
        ErrorInterval(error, rows: rows, confidence: confidence)
    }

    private func rowsMissing(_ error: MeasuredRate, _ rows: Int) -> Int? {
        guard let spread = error.spread else { return rowsMissingOfShare(error, rows) }
        let reach = (error.value > threshold ? spread.below : spread.above) * spread.factor(to: confidence)
        let share = reach / abs(error.value - threshold)
        let needed = (Double(rows) * share * share).rounded(.up)
        return needed < 1e9 ? max(1, Int(needed) - rows) : nil
    }

    private func rowsMissingOfShare(_ error: MeasuredRate, _ rows: Int) -> Int? {
        WilsonInterval.rowsToSettle(proportion: error.value, threshold: threshold, confidence: confidence)
            .map { max(1, $0 - rows) }
    }

    private var limit: String { RuleValue.rate(threshold).words }

    private func seen(_ error: MeasuredRate) -> String {
        let rows = error.sampleSize.map { " on \(counted($0, "row"))" } ?? ""
        return "The base's error of \(RuleValue.rate(error.value).words)\(rows)"
    }
}

/// Where the outcome turns. Boundaries that depend on the sample are rounded away from the present outcome to six decimals.
extension BaseErrorRule {
    private func boundary(_ relation: Counterfactual.Relation, _ value: Double) -> Counterfactual {
        let words = RuleValue.rate(value).words
        let sentence =
            relation == .above ? "Passes with a base error above \(words)." : "Fails with a base error of \(words) or less."
        return Counterfactual(relation, .rate(value), sentence)
    }

    /// Where a failing or unsettled measurement would pass.
    private func reaching(_ error: MeasuredRate, _ rows: Int) -> Counterfactual {
        let value = min(1, rounded(lowestPassing(error, rows), .up))
        let sentence =
            value < 1
            ? "Passes with a base error above \(RuleValue.rate(value).words) on as many rows."
            : "Passes with a base error above \(limit) on more rows; so few cannot show it."
        return Counterfactual(.above, .rate(value), sentence)
    }

    /// Where a passing measurement would no longer settle the matter.
    private func leaving(_ error: MeasuredRate, _ rows: Int) -> Counterfactual {
        let value = rounded(lowestPassing(error, rows), .down)
        let words = RuleValue.rate(value).words
        return Counterfactual(.atMost, .rate(value), "No longer passes with a base error of \(words) or less on as many rows.")
    }

    /// Where an unsettled measurement would fail.
    private func failing(_ error: MeasuredRate, _ rows: Int) -> Counterfactual {
        let value = rounded(highestFailing(error, rows), .down)
        let words = RuleValue.rate(value).words
        return Counterfactual(.atMost, .rate(value), "Fails with a base error of \(words) or less on as many rows.")
    }

    /// Whether some error on so many rows would lie wholly below the threshold.
    private func canFail(_ error: MeasuredRate, _ rows: Int) -> Bool { highestFailing(error, rows) >= 0 }

    private func lowestPassing(_ error: MeasuredRate, _ rows: Int) -> Double {
        if let spread = error.spread { return threshold + spread.below * spread.factor(to: confidence) }
        return WilsonInterval.proportionAbove(threshold: threshold, count: rows, confidence: confidence)
    }

    private func highestFailing(_ error: MeasuredRate, _ rows: Int) -> Double {
        if let spread = error.spread { return threshold - spread.above * spread.factor(to: confidence) }
        return WilsonInterval.proportionBelow(threshold: threshold, count: rows, confidence: confidence)
    }

    private func rounded(_ value: Double, _ rule: FloatingPointRoundingRule) -> Double { (value * 1e6).rounded(rule) / 1e6 }
}
