import Foundation

/// The standard normal distribution.
public enum NormalDistribution {
    /// `Φ(x) = erfc(−x / √2) / 2`
    public static func cumulative(_ x: Double) -> Double { erfc(-x / 2.0.squareRoot()) / 2 }

    /// `Φ⁻¹(p)` for p in 0 < p < 1, to the precision of `Double`, by bisection.
    ///
    /// The lower half is solved and mirrored: near 1 the spacing of `Double` would hide the tail.
    public static func quantile(_ p: Double) -> Double {
        precondition(p > 0 && p < 1, "a probability strictly between 0 and 1")
        guard p <= 0.5 else { return -quantile(1 - p) }
        var (low, high) = (-40.0, 0.0)
        while true {
            let middle = (low + high) / 2
            guard middle > low, middle < high else { return middle }
            if cumulative(middle) < p { low = middle } else { high = middle }
        }
    }

    /// The z for a two-sided interval: `Φ⁻¹((1 + confidence) / 2)`; 1.96 for 0.95.
    public static func twoSidedQuantile(_ confidence: Double) -> Double { -quantile((1 - confidence) / 2) }
}
