import Adapters

/// The pooled z-test of two proportions that were counted on different rows.
///
///     p = (x₁ + x₂) / (n₁ + n₂),  z = (p̂₂ − p̂₁) / √(p(1 − p)(1/n₁ + 1/n₂))
///
/// Source: A. Agresti, "Categorical Data Analysis" (2013), section 3.2.
public enum TwoProportionTest {
    /// How likely a rise as large as this is if nothing rose: one-sided, 1/2 without a difference.
    ///
    /// - Precondition: at least one row each.
    public static func pValueOfRise(from first: Double, rows firstRows: Int, to second: Double, rows secondRows: Int) -> Double {
        precondition(firstRows >= 1 && secondRows >= 1, "proportions of at least one row")
        let (n, m) = (Double(firstRows), Double(secondRows))
        let pooled = (first * n + second * m) / (n + m)
        let variance = pooled * (1 - pooled) * (1 / n + 1 / m)
        guard variance > 0 else { return 0.5 }
        return NormalDistribution.cumulative((first - second) / variance.squareRoot())
    }
}
