import StrictJSON

/// The confidence interval around a measured rate.
public struct MeasuredInterval: Sendable, Hashable {
    public enum Lean: String, Sendable, Hashable {
        case above, below, neither
    }

    public let rate: MeasuredRate
    public let confidence: Double
    public let lower: Double
    public let upper: Double
    /// To which side of the rule's threshold the point estimate lies.
    public let lean: Lean

    public init(rate: MeasuredRate, confidence: Double, lower: Double, upper: Double, lean: Lean) {
        self.rate = rate
        self.confidence = confidence
        self.lower = lower
        self.upper = upper
        self.lean = lean
    }

    public var json: JSONValue {
        [
            "rows": rate.sampleSize.map(JSONValue.integer) ?? .null, "confidence": .number(confidence),
            "lower": .number(lower.recorded), "upper": .number(upper.recorded),
            "leans": .string(lean.rawValue), "measured_at": rate.measuredAt.map { .string($0.description) } ?? .null,
        ]
    }
}
