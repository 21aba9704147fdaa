import Adapters
import Monitoring
import StrictJSON

/// Advice on fine-tuning, and what the first training after it showed.
public struct ScoredAdvice: Sendable, Hashable {
    /// What the gate measured of the training.
    public struct Outcome: Sendable, Hashable {
        public let error: MeasuredRate
        public let baseError: MeasuredRate
        /// Whether the error lay below the base's by the gate's margin.
        public let beatsBase: Bool
        /// Whether the base answered other rows there than those that the advice rests on; the same rows only say the same again.
        public let isMeasuredAnew: Bool
        /// Of the run; nil where they are not recorded.
        public let hours: Double?

        public init(error: MeasuredRate, baseError: MeasuredRate, beatsBase: Bool, isMeasuredAnew: Bool, hours: Double?) {
            self.error = error
            self.baseError = baseError
            self.beatsBase = beatsBase
            self.isMeasuredAnew = isMeasuredAnew
            self.hours = hours
        }
    }

    public let adapter: AdapterName
    public let at: Timestamp
    public let answer: Verdict.Answer
    /// The base's error as the advice had it.
    public let baseError: MeasuredRate?
    /// Of the interval that was stated around it.
    public let confidence: Double?
    /// What one training was expected to take.
    public let hours: Double?
    /// Of an hour of the machine, in the currency that the advice counted in.
    public let price: Double?
    /// Nil where nothing was trained after it, or nothing is recorded of what that showed.
    public let outcome: Outcome?

    public init(
        adapter: AdapterName, at: Timestamp, answer: Verdict.Answer, baseError: MeasuredRate?, confidence: Double?,
        hours: Double?, price: Double?, outcome: Outcome?
    ) {
        self.adapter = adapter
        self.at = at
        self.answer = answer
        self.baseError = baseError
        self.confidence = confidence
        self.hours = hours
        self.price = price
        self.outcome = outcome
    }

    /// Yes and the training beat the base, or no and it did not; nil where nothing was promised or nothing tried.
    public var isRight: Bool? {
        switch answer {
        case .yes: outcome.map(\.beatsBase)
        case .no: outcome.map { !$0.beatsBase }
        case .notEnoughEvidence: nil
        }
    }

    /// Whether the base's later error lies where the stated one and the chance of both samples allow: `|p₁ − p₂| ≤ z · √(p(1 − p)(1/n₁ + 1/n₂))`
    /// with p of both samples together. A later measurement has chance of its own; held against the stated interval alone, two equal samples
    /// would agree in 83 of 100 cases at 95 %. Nil unless both were measured, on different rows.
    public var isCovered: Bool? {
        guard let outcome, outcome.isMeasuredAnew, let baseError, let confidence, let first = baseError.sampleSize,
            let second = outcome.baseError.sampleSize
        else { return nil }
        let (n, m) = (Double(first), Double(second))
        let pooled = (baseError.value * n + outcome.baseError.value * m) / (n + m)
        let reach = NormalDistribution.twoSidedQuantile(confidence) * (pooled * (1 - pooled) * (1 / n + 1 / m)).squareRoot()
        // equal shares agree whatever the last bits say
        return abs(baseError.value - outcome.baseError.value) <= reach + 1e-12
    }
}

/// How well advice and its numbers have held.
public struct TrackRecord: Sendable, Hashable {
    /// So many of so many, with its Wilson interval; the interval is nil for none of none.
    public struct Share: Sendable, Hashable {
        public let count: Int
        public let of: Int
        public let interval: WilsonInterval?

        init(_ cases: [Bool], confidence: Double) {
            (count, of) = (cases.count { $0 }, cases.count)
            interval =
                cases.isEmpty
                ? nil : WilsonInterval(proportion: Double(count) / Double(of), count: of, confidence: confidence)
        }
    }

    public let cases: [ScoredAdvice]
    /// Of the intervals around its own shares.
    public let confidence: Double
    public let rightYes: Share
    public let rightNo: Share
    public let right: Share
    public let covered: Share
    /// Mean of the base's later error less the stated one, in points; nil without measurements on other rows.
    public let bias: Double?
    /// Mean of the base's stated error less the error after training, in points; nil without a training.
    public let gain: Double?
    /// Hours that trainings were expected to take and took, summed over those of which both are known.
    public let expectedHours: Double
    public let spentHours: Double
    public let timed: Int

    public init(_ cases: [ScoredAdvice], confidence: Double) {
        func share(_ answers: [Verdict.Answer]) -> Share {
            Share(cases.filter { answers.contains($0.answer) }.compactMap(\.isRight), confidence: confidence)
        }
        self.cases = cases
        self.confidence = confidence
        (rightYes, rightNo, right) = (share([.yes]), share([.no]), share([.yes, .no]))
        covered = Share(cases.compactMap(\.isCovered), confidence: confidence)
        bias = Self.mean(
            cases.filter { $0.outcome?.isMeasuredAnew == true }.compactMap { item in
                item.outcome.flatMap { later in item.baseError.map { 100 * (later.baseError.value - $0.value) } }
            })
        gain = Self.mean(
            cases.compactMap { item in
                item.outcome.flatMap { later in item.baseError.map { 100 * ($0.value - later.error.value) } }
            })
        let times = cases.compactMap { item in item.hours.flatMap { hours in item.outcome?.hours.map { (hours, $0) } } }
        (expectedHours, spentHours) = (times.reduce(0) { $0 + $1.0 }, times.reduce(0) { $0 + $1.1 })
        timed = times.count
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }

    public func count(_ answer: Verdict.Answer) -> Int { cases.count { $0.answer == answer } }

    /// `lora.track-record/1`.
    public var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0.recorded) } ?? .null }
        return [
            "schema": "lora.track-record/1",
            "verdicts": [
                "yes": .integer(count(.yes)), "no": .integer(count(.no)),
                "not_enough_evidence": .integer(count(.notEnoughEvidence)),
                "trained_after": .integer(cases.count { $0.outcome != nil }),
            ],
            "confidence": .number(confidence), "right": right.json, "right_yes": rightYes.json, "right_no": rightNo.json,
            "intervals_that_held": covered.json, "base_error_bias_points": number(bias), "gain_points": number(gain),
            "training_hours": [
                "cases": .integer(timed), "expected": number(expectedHours), "spent": number(spentHours),
            ],
            "cases": .array(cases.map(\.json)),
        ]
    }
}

extension TrackRecord.Share {
    fileprivate var json: JSONValue {
        [
            "count": .integer(count), "of": .integer(of),
            "interval": interval.map { [.number($0.lower.recorded), .number($0.upper.recorded)] } ?? .null,
        ]
    }
}

extension ScoredAdvice {
    /// Of the machine.
    private func cost(_ hours: Double?) -> JSONValue {
        hours.flatMap { hours in price.map { .number((hours * $0).recorded) } } ?? .null
    }

    fileprivate var json: JSONValue {
        [
            "adapter": .string(adapter.text), "at": .string("\(at)"), "verdict": .string(answer.rawValue),
            "base_error": baseError.map { .number($0.value) } ?? .null,
            "expected_hours": hours.map { .number($0.recorded) } ?? .null,
            "expected_cost": cost(hours),
            "outcome": outcome.map { outcome in
                [
                    "error": .number(outcome.error.value), "base_error": .number(outcome.baseError.value),
                    "beats_base": .bool(outcome.beatsBase), "measured_anew": .bool(outcome.isMeasuredAnew),
                    "hours": outcome.hours.map { .number($0.recorded) } ?? .null, "cost": cost(outcome.hours),
                ]
            } ?? .null,
            "right": isRight.map { .bool($0) } ?? .null, "interval_held": isCovered.map { .bool($0) } ?? .null,
        ]
    }
}
