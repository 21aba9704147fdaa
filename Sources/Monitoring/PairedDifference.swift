import Adapters

/// The difference between two systems' error rates on the same rows, with an interval.
///
///     p₁ = (b + 1) / (n + 2)   rows that only the first answers rightly
///     p₂ = (c + 1) / (n + 2)   rows that only the second does
///     (p₁ − p₂) ± z · √((p₁ + p₂ − (p₁ − p₂)²) / (n + 2))
///
/// Source: D. G. Bonett and R. M. Price, "Adjusted Wald confidence interval for a difference of binomial proportions based on paired
/// data", Journal of Educational and Behavioral Statistics 37 (2012).
public struct PairedDifference: Sendable, Hashable {
    /// The second's error less the first's, in −1 ... 1: above 0 the first is better.
    public let value: Double
    public let lower: Double
    public let upper: Double

    /// - Precondition: at least as many rows as differ, and one; `confidence` strictly between 0 and 1.
    public init(_ counts: PairedCounts, rows: Int, confidence: Double) {
        precondition(rows >= max(1, counts.discordant), "the rows that differ are among all rows")
        let n = Double(rows) + 2
        let (first, second) = ((Double(counts.onlyFirst) + 1) / n, (Double(counts.onlySecond) + 1) / n)
        let centre = first - second
        let variance = max(0, first + second - centre * centre) / n
        let half = NormalDistribution.twoSidedQuantile(confidence) * variance.squareRoot()
        value = Double(counts.onlyFirst - counts.onlySecond) / Double(rows)
        lower = max(-1, centre - half)
        upper = min(1, centre + half)
    }
}
