/// How a written answer ended.
public struct AnswerEnding: Sendable, Hashable {
    /// Far more than any answer has; what is read from elsewhere and says more is no count.
    public static let tokenLimit = 1_000_000_000

    public let tokens: Int
    /// Whether the model ended it, or the room that it had.
    public let isStopped: Bool

    public init(tokens: Int, isStopped: Bool) { (self.tokens, self.isStopped) = (tokens, isStopped) }
}

extension [AnswerEnding] {
    /// The share of answers that ended by themselves; nil without any.
    public var stopRate: Double? { isEmpty ? nil : Double(count { $0.isStopped }) / Double(count) }

    public var meanTokens: Double? { isEmpty ? nil : reduce(0) { $0 + Double($1.tokens) } / Double(count) }
}
