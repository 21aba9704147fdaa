/// How a written answer ended.
public struct AnswerEnding: Sendable, Hashable {
    public let tokens: Int
    /// Whether the model ended it, or the room that it had.
    public let isStopped: Bool

    public init(tokens: Int, isStopped: Bool) { (self.tokens, self.isStopped) = (tokens, isStopped) }
}

extension [AnswerEnding] {
    /// The share of answers that ended by themselves; nil without any.
    public var stopRate: Double? { isEmpty ? nil : Double(count { $0.isStopped }) / Double(count) }

    public var meanTokens: Double? { isEmpty ? nil : Double(reduce(0) { $0 + $1.tokens }) / Double(count) }
}
