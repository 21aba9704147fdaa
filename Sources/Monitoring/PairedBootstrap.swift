import Randomness

/// A percentile interval of the mean difference between two systems' scores on the same rows.
///
/// Rows are drawn with replacement; the same seed gives the same interval on every machine.
/// Source: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap" (1993), chapter 13.
public struct PairedBootstrap: Sendable, Hashable {
    /// Mean of `first − second`.
    public let meanDifference: Double
    public let lower: Double
    public let upper: Double

    /// - Precondition: equally long lists of at least one row; at least one resample.
    public init(first: [Double], second: [Double], confidence: Double, resamples: Int, seed: UInt64) {
        precondition(first.count == second.count && !first.isEmpty && resamples >= 1, "the same rows in the same order")
        let differences = zip(first, second).map { $0 - $1 }
        var generator = SplitMix64(seed: seed)
        let means = (0..<resamples).map { _ in Self.resampledMean(differences, &generator) }.sorted()
        meanDifference = differences.reduce(0, +) / Double(differences.count)
        lower = Self.quantile((1 - confidence) / 2, of: means)
        upper = Self.quantile((1 + confidence) / 2, of: means)
    }

    private static func resampledMean(_ values: [Double], _ generator: inout SplitMix64) -> Double {
        var sum = 0.0
        for _ in values { sum += values[Int(generator.next(below: UInt64(values.count)))] }
        return sum / Double(values.count)
    }

    /// The quantile by linear interpolation between order statistics (type 7 of Hyndman and Fan, NumPy's default).
    static func quantile(_ p: Double, of sorted: [Double]) -> Double {
        let position = p * Double(sorted.count - 1)
        let below = Int(position.rounded(.down))
        let above = min(below + 1, sorted.count - 1)
        return sorted[below] + (position - Double(below)) * (sorted[above] - sorted[below])
    }
}
