/// The Wilson score interval of a proportion.
///
///     centre = (p̂ + z²/2n) / (1 + z²/n)
///     half   = z / (1 + z²/n) · √(p̂(1 − p̂)/n + z²/4n²)
///
/// It holds exactly the proportions t with `|p̂ − t| ≤ z · √(t(1 − t)/n)`.
/// Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", JASA 22 (1927).
public struct WilsonInterval: Sendable, Hashable {
    public let centre: Double
    public let half: Double
    /// `centre − half`, not below 0.
    public let lower: Double
    /// `centre + half`, not above 1.
    public let upper: Double

    /// - Precondition: `proportion` in 0...1, `count` at least 1, `confidence` strictly between 0 and 1.
    public init(proportion: Double, count: Int, confidence: Double) {
        precondition((0...1).contains(proportion) && count >= 1, "a proportion of at least one row")
        let n = Double(count)
        let z = NormalDistribution.twoSidedQuantile(confidence)
        let weight = 1 + z * z / n
        centre = (proportion + z * z / (2 * n)) / weight
        let variance = proportion * (1 - proportion) / n + z * z / (4 * n * n)
        half = z / weight * variance.squareRoot()
        // At the ends the formula gives exactly 0 and 1, which rounding would miss.
        lower = proportion == 0 ? 0 : max(0, centre - half)
        upper = proportion == 1 ? 1 : min(1, centre + half)
    }

    /// Where the interval lies with regard to a threshold that must be exceeded.
    public func position(of threshold: Double) -> Position {
        if lower > threshold { return .above }
        return upper <= threshold ? .below : .straddling
    }

    public enum Position: String, Sendable, Hashable {
        /// Every proportion in the interval exceeds the threshold.
        case above
        /// None does.
        case below
        case straddling
    }

    /// The fewest rows at which the interval around the same proportion lies to one side of `threshold`.
    ///
    /// From the score form above, n must exceed `z² · t(1 − t) / (p̂ − t)²`. Nil when the proportion is the threshold itself, or so
    /// close to it that more than 10⁹ rows would be needed.
    public static func rowsToSettle(proportion: Double, threshold: Double, confidence: Double) -> Int? {
        let z = NormalDistribution.twoSidedQuantile(confidence)
        let distance = proportion - threshold
        let bound = z * z * threshold * (1 - threshold) / (distance * distance)
        guard bound < 1e9 else { return nil }
        // The division may round to either side of a whole number; the interval itself has the last word.
        var rows = max(1, Int(bound) - 1)
        while WilsonInterval(proportion: proportion, count: rows, confidence: confidence).position(of: threshold) == .straddling {
            rows += 1
        }
        return rows
    }

    /// The proportion above which the interval of `count` rows lies wholly above `threshold`: `t + z · √(t(1 − t)/n)`.
    public static func proportionAbove(threshold: Double, count: Int, confidence: Double) -> Double {
        threshold + reach(threshold, count, confidence)
    }

    /// The proportion up to which the interval of `count` rows lies wholly at or below `threshold`: `t − z · √(t(1 − t)/n)`;
    /// negative when no result of so few rows can.
    public static func proportionBelow(threshold: Double, count: Int, confidence: Double) -> Double {
        threshold - reach(threshold, count, confidence)
    }

    private static func reach(_ threshold: Double, _ count: Int, _ confidence: Double) -> Double {
        NormalDistribution.twoSidedQuantile(confidence) * (threshold * (1 - threshold) / Double(count)).squareRoot()
    }
}
