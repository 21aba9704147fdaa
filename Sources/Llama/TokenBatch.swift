/// Rows of tokens that are computed together. There is no padding: rows are laid one after the other and do not see each other.
public struct TokenBatch: Sendable, Hashable {
    public struct Row: Sendable, Hashable {
        public let tokens: [Int32]
        /// What each position says about itself: the token's own id where it is supervised, −100 where it is not.
        /// Position t is scored by the logits of t − 1, so `labels[0]` never counts.
        public let labels: [Int32]

        public init(tokens: [Int32], labels: [Int32]) {
            precondition(tokens.count == labels.count, "a row has as many labels as tokens")
            self.tokens = tokens
            self.labels = labels
        }

        /// A row whose every token after the first is supervised.
        public init(tokens: [Int32]) { self.init(tokens: tokens, labels: tokens) }

        /// Labels ≠ −100 at positions 1….
        public var supervisedTokenCount: Int { labels.dropFirst().count { $0 != TokenBatch.ignored } }
    }

    /// The label that says "no loss here".
    public static let ignored: Int32 = -100

    public let rows: [Row]

    public init(_ rows: [Row]) { self.rows = rows }

    public var tokenCount: Int { rows.reduce(0) { $0 + $1.tokens.count } }
    public var supervisedTokenCount: Int { rows.reduce(0) { $0 + $1.supervisedTokenCount } }
}

/// The log-likelihood of one row's supervised tokens.
public struct RowScore: Sendable, Hashable {
    /// Σ log p over the supervised tokens, in nats.
    public let sumLogProbability: Double
    public let supervisedTokens: Int

    public init(sumLogProbability: Double, supervisedTokens: Int) {
        self.sumLogProbability = sumLogProbability
        self.supervisedTokens = supervisedTokens
    }
}

/// A sum of token losses, kept apart from its count so that accumulation over micro-batches stays exact.
public struct LossSum: Sendable, Hashable {
    /// Σ −log p over the supervised tokens, in nats.
    public var sum: Double
    public var tokens: Int

    public init(sum: Double = 0, tokens: Int = 0) {
        self.sum = sum
        self.tokens = tokens
    }

    public static func += (total: inout LossSum, part: LossSum) {
        total.sum += part.sum
        total.tokens += part.tokens
    }

    /// Mean loss per supervised token; nil without any.
    public var mean: Double? { tokens == 0 ? nil : sum / Double(tokens) }
}
