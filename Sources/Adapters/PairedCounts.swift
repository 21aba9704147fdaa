/// Two systems answered the same rows; only the rows on which they differ tell them apart.
public struct PairedCounts: Sendable, Hashable {
    /// Rows that only the first answered rightly.
    public let onlyFirst: Int
    /// Rows that only the second answered rightly.
    public let onlySecond: Int

    /// - Precondition: neither count is negative.
    public init(onlyFirst: Int, onlySecond: Int) {
        precondition(onlyFirst >= 0 && onlySecond >= 0, "counts of rows")
        self.onlyFirst = onlyFirst
        self.onlySecond = onlySecond
    }

    /// Counts the rows on which two equally long lists of right and wrong differ.
    ///
    /// - Precondition: both lists have the same length.
    public init(first: [Bool], second: [Bool]) {
        precondition(first.count == second.count, "the same rows in the same order")
        let pairs = zip(first, second)
        self.init(onlyFirst: pairs.count { $0 && !$1 }, onlySecond: pairs.count { !$0 && $1 })
    }

    public var discordant: Int { onlyFirst + onlySecond }
}
