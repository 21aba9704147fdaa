import Metrics
import Randomness

/// What a statistic of rows is when rows are drawn with replacement, again and again; the same seed gives the same on every machine.
///
/// Source: B. Efron and R. Tibshirani, "An Introduction to the Bootstrap" (1993).
struct Bootstrap {
    /// Enough for the 2.5th percentile to rest on fifty draws.
    static let resamples = 2_000
    static let seed: UInt64 = 0x5EED

    /// In ascending order.
    let draws: [Double]

    /// - Precondition: at least one row.
    init(rows: Int, seed: UInt64, _ statistic: ([Int]) -> Double) {
        var generator = SplitMix64(seed: seed)
        var chosen = [Int](repeating: 0, count: rows)
        draws = (0..<Self.resamples).map { _ in
            for place in chosen.indices { chosen[place] = Int(generator.next(below: UInt64(rows))) }
            return statistic(chosen)
        }.sorted()
    }

    func quantile(_ p: Double) -> Double { PairedBootstrap.quantile(p, of: draws) }

    /// Of the draws.
    var standardError: Double {
        let mean = draws.reduce(0, +) / Double(draws.count)
        return (draws.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(draws.count - 1)).squareRoot()
    }
}
