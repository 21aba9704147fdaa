import Metrics

/// How much a system's score moves when it answers the same rows again, which no difference between systems can be told from.
public struct NoiseFloor: Sendable, Hashable {
    public let repeats: Int
    /// The largest error less the smallest.
    public let range: Double
    /// Standard deviation of the error from one time to the next.
    public let deviation: Double
    /// The share of rows whose score is not the same each time.
    public let changedRows: Double

    /// Answers that are always the likeliest tokens are the same each time.
    public static let deterministic = NoiseFloor(repeats: 1, range: 0, deviation: 0, changedRows: 0)

    private init(repeats: Int, range: Double, deviation: Double, changedRows: Double) {
        (self.repeats, self.range, self.deviation, self.changedRows) = (repeats, range, deviation, changedRows)
    }

    /// Nil without two repeats of the same rows.
    public init?(_ repeated: [ScoredAnswers]) {
        let values = repeated.compactMap(\.value)
        guard let first = repeated.first, repeated.count >= 2, values.count == repeated.count,
            repeated.allSatisfy({ $0.kind == first.kind && $0.count == first.count }), let low = values.min(),
            let high = values.max()
        else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        let changed = first.rows.indices.count { row in repeated.contains { $0.rows[row] != first.rows[row] } }
        self.init(
            repeats: repeated.count, range: high - low, deviation: (squares / Double(values.count - 1)).squareRoot(),
            changedRows: Double(changed) / Double(first.count))
    }
}
