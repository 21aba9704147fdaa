/// A share of rows, such as an error rate, with what is known about its measurement.
public struct MeasuredRate: Sendable, Hashable {
    /// In 0...1.
    public let value: Double
    /// How many rows it was measured on; nil for a number given by hand, which is taken as exact.
    public let sampleSize: Int?
    /// Nil when the moment is not known.
    public let measuredAt: Timestamp?
    /// Nil for a share of rows, whose count says how sure it is.
    public let spread: RateSpread?

    /// Nil unless the value lies in 0...1 and the sample, where there is one, has at least one row.
    public init?(_ value: Double, sampleSize: Int? = nil, measuredAt: Timestamp? = nil, spread: RateSpread? = nil) {
        guard (0...1).contains(value), sampleSize.map({ $0 >= 1 }) ?? true else { return nil }
        self.value = value
        self.sampleSize = sampleSize
        self.measuredAt = measuredAt
        self.spread = spread
    }

    /// `errors` of `rows`; nil unless 0 ≤ errors ≤ rows and there is at least one row.
    public init?(errors: Int, rows: Int, measuredAt: Timestamp? = nil) {
        guard rows >= 1, (0...rows).contains(errors) else { return nil }
        self.init(Double(errors) / Double(rows), sampleSize: rows, measuredAt: measuredAt)
    }
}
