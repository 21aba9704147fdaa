import Adapters
import Foundation

/// McNemar's test: were both systems equally good, each discordant row would fall to either side with probability ½.
///
/// Source: Q. McNemar, "Note on the sampling error of the difference between correlated proportions", Psychometrika 12 (1947).
public enum McNemarTest {
    /// Up to so many discordant rows the binomial distribution is summed; beyond, the normal one is closer than 10⁻³ to it.
    public static let largestExact = 10_000

    /// The two-sided p-value.
    public static func pValue(_ counts: PairedCounts) -> Double {
        counts.discordant <= largestExact ? exactPValue(counts) : normalPValue(counts)
    }

    /// `min(1, 2 · Σ_{k ≤ min(b, c)} C(n, k) / 2ⁿ)` with n = b + c.
    public static func exactPValue(_ counts: PairedCounts) -> Double {
        let n = counts.discordant
        var logTerm = -Double(n) * log(2)
        var tail = 0.0
        for k in 0...min(counts.onlyFirst, counts.onlySecond) {
            tail += exp(logTerm)
            // C(n, k + 1) = C(n, k) · (n − k) / (k + 1); in logarithms, since 2⁻ⁿ underflows.
            logTerm += log(Double(n - k) / Double(k + 1))
        }
        return min(1, 2 * tail)
    }

    /// From `z = (|b − c| − 1) / √(b + c)`, Edwards' continuity correction.
    public static func normalPValue(_ counts: PairedCounts) -> Double {
        guard counts.discordant > 0 else { return 1 }
        let distance = max(0, abs(Double(counts.onlyFirst - counts.onlySecond)) - 1)
        return 2 * NormalDistribution.cumulative(-distance / Double(counts.discordant).squareRoot())
    }
}
