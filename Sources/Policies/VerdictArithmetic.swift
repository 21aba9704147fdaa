import Adapters
import Monitoring
import StrictJSON

/// A verdict worked out step by step: for each rule its evidence, where its thresholds stand, its arithmetic, and what would flip it.
public struct VerdictArithmetic: Sendable, Hashable {
    /// One line of a calculation.
    public struct Step: Sendable, Hashable {
        public let words: String
        /// What it comes to; nil for a remark.
        public let value: Double?

        public init(_ words: String, _ value: Double? = nil) {
            self.words = words
            self.value = value
        }
    }

    public struct Part: Sendable, Hashable {
        public let rule: String
        /// What was read, where it comes from and how old it is.
        public let evidence: [String]
        public let thresholds: [PolicySetting]
        public let steps: [Step]
        /// The outcome, and what would change it.
        public let conclusion: String
        public let flip: String
    }

    /// Where the inputs come from, in words, by rule: a file, an option, a measurement.
    public struct Sources: Sendable, Hashable {
        public var baseError: String?
        public var examples: String?
        public var horizon: String?

        public init(baseError: String? = nil, examples: String? = nil, horizon: String? = nil) {
            (self.baseError, self.examples, self.horizon) = (baseError, examples, horizon)
        }
    }

    public let policy: PolicyStamp
    public let parts: [Part]

    /// - Parameter settings: those of the policy, with their places.
    public init(
        of verdict: Verdict, on facts: FineTuningFacts, by policy: Policy, settings: [PolicySetting], sources: Sources,
        now: Timestamp
    ) {
        self.policy = policy.stamp
        let rules = policy.fineTuning
        func part(_ rule: String, _ keys: [String], _ evidence: [String?], _ steps: [Step]) -> Part? {
            guard let outcome = verdict.rules.first(where: { $0.rule == rule }) else { return nil }
            let names = keys.map { "should_finetune.\(rule).\($0)" }
            return Part(
                rule: rule, evidence: evidence.compactMap(\.self), thresholds: settings.filter { names.contains($0.key) },
                steps: steps, conclusion: "\(outcome.finding.rawValue): \(outcome.reason)", flip: outcome.flip.words)
        }
        parts = [
            part(
                "base_error", ["above", "confidence", "decide_on", "fresh_for"],
                [sources.baseError] + rules.baseError.age(of: facts.baseError, now: now), rules.baseError.steps(facts.baseError)),
            part("examples", ["at_least"], [sources.examples], facts.effectiveExamples.map { steps($0, rules.examples) } ?? []),
            part("horizon", ["at_least"], [sources.horizon], facts.horizon.map { steps($0, rules.horizon) } ?? []),
        ].compactMap(\.self)
    }

    public var json: JSONValue { ["policy": policy.json, "rules": .array(parts.map(\.json))] }
}

private func steps(_ count: Int, _ fewest: Int) -> [VerdictArithmetic.Step] {
    let relation = count >= fewest ? "≥" : "<"
    return [
        .init("examples − at_least = \(count) − \(fewest) = \(count - fewest)", Double(count - fewest)),
        .init("\(count) \(relation) \(fewest)"),
    ]
}

/// Spans are compared by their mean lengths, a month being 30.436875 days.
private func steps(_ horizon: CalendarSpan, _ shortest: CalendarSpan) -> [VerdictArithmetic.Step] {
    [
        .init("\(horizon) = \(sixDecimals(horizon.meanDays)) days on the average", horizon.meanDays),
        .init("at_least \(shortest) = \(sixDecimals(shortest.meanDays)) days", shortest.meanDays),
        .init("\(sixDecimals(horizon.meanDays)) \(horizon >= shortest ? "≥" : "<") \(sixDecimals(shortest.meanDays))"),
    ]
}

extension BaseErrorRule {
    /// How old the evidence is, and for how long it counts.
    fileprivate func age(of error: MeasuredRate?, now: Timestamp) -> [String?] {
        guard let error else { return ["not measured"] }
        guard let measuredAt = error.measuredAt else {
            let isExact = error.sampleSize == nil
            return [isExact ? "a number without a sample is taken as exact" : "without a date its age is not judged"]
        }
        let limit =
            freshFor.map { "evidence for \($0), until \(measuredAt.adding($0))" } ?? "evidence for as long as nothing changes"
        guard measuredAt <= now else { return ["dated \(measuredAt), which lies ahead of \(now): no evidence"] }
        let days = (now.secondsSinceEpoch - measuredAt.secondsSinceEpoch) / 86_400
        return ["measured \(measuredAt), \(counted(days, "day")) ago; \(limit)"]
    }

    fileprivate func steps(_ error: MeasuredRate?) -> [VerdictArithmetic.Step] {
        guard let error else { return [] }
        guard let rows = error.sampleSize else { return [comparison("p", error.value)] }
        if let spread = error.spread { return steps(error, rows, spread) }
        let (p, n, wrong) = (error.value, Double(rows), error.value * Double(rows))
        let interval = WilsonInterval(proportion: p, count: rows, confidence: confidence)
        let z = NormalDistribution.twoSidedQuantile(confidence)
        let reach = z * (threshold * (1 - threshold) / n).squareRoot()
        let shown = [p, z, threshold].map(sixDecimals)
        let bounds: [VerdictArithmetic.Step] = [
            .init("p = \(sixDecimals(wrong)) wrong of n = \(rows) rows = \(shown[0])", p),
            .init("z = Φ⁻¹((1 + \(confidence)) / 2) = \(shown[1])", z),
            .init("centre = (p + z²/2n) / (1 + z²/n) = \(sixDecimals(interval.centre))", interval.centre),
            .init("half = z / (1 + z²/n) · √(p(1 − p)/n + z²/4n²) = \(sixDecimals(interval.half))", interval.half),
            .init("lower = centre − half = \(sixDecimals(interval.lower))", interval.lower),
            .init("upper = centre + half = \(sixDecimals(interval.upper))", interval.upper),
        ]
        guard basis == .interval else { return bounds + [comparison("p", p)] }
        return bounds + [
            comparison("lower", interval.lower), comparison("upper", interval.upper),
            .init("passes from p > above + z · √(above(1 − above)/n) = \(sixDecimals(threshold + reach))", threshold + reach),
            .init("fails up to p = above − z · √(above(1 − above)/n) = \(sixDecimals(threshold - reach))", threshold - reach),
        ]
    }

    /// Of a mean of scores, whose interval is drawn and not computed.
    private func steps(_ error: MeasuredRate, _ rows: Int, _ spread: RateSpread) -> [VerdictArithmetic.Step] {
        let interval = ErrorInterval(error, rows: rows, confidence: confidence)
        let bounds: [VerdictArithmetic.Step] = [
            .init("p = 1 − score, over n = \(rows) rows = \(sixDecimals(error.value))", error.value),
            .init("lower = percentile of the bootstrap over rows = \(sixDecimals(interval.lower))", interval.lower),
            .init("upper = percentile of the bootstrap over rows = \(sixDecimals(interval.upper))", interval.upper),
        ]
        guard basis == .interval else { return bounds + [comparison("p", error.value)] }
        return bounds + [comparison("lower", interval.lower), comparison("upper", interval.upper)]
    }

    private func comparison(_ name: String, _ value: Double) -> VerdictArithmetic.Step {
        .init("\(name) = \(sixDecimals(value)) \(value > threshold ? ">" : "≤") above = \(sixDecimals(threshold))")
    }
}

extension VerdictArithmetic.Part {
    fileprivate var json: JSONValue {
        [
            "rule": .string(rule), "evidence": .array(evidence.map(JSONValue.string)),
            "thresholds": .array(thresholds.map(\.json)),
            "steps": .array(
                steps.map { ["words": .string($0.words), "value": $0.value.map { .number($0.recorded) } ?? .null] }),
            "conclusion": .string(conclusion), "flip": .string(flip),
        ]
    }
}

extension PolicySetting {
    /// The key as judged: with its value and its place, without what it means.
    var json: JSONValue {
        [
            "key": .string(key), "value": .string(value), "file": file.map { .string($0) } ?? .null, "line": .integer(line),
        ]
    }
}

/// Whole numbers without a fraction.
func sixDecimals(_ value: Double) -> String {
    let value = value.recorded
    return Int(exactly: value).map { "\($0)" } ?? "\(value)"
}
