/// How far a rate that is no count of rows, such as one less a mean score, may lie off: the ends of its bootstrap interval.
public struct RateSpread: Sendable, Hashable {
    public let confidence: Double
    /// From the lower end to the rate.
    public let below: Double
    /// From the rate to the upper end.
    public let above: Double

    /// - Precondition: a confidence strictly between 0 and 1; neither distance is negative.
    public init(confidence: Double, below: Double, above: Double) {
        precondition(confidence > 0 && confidence < 1 && below >= 0 && above >= 0, "an interval around the rate")
        (self.confidence, self.below, self.above) = (confidence, below, above)
    }
}
