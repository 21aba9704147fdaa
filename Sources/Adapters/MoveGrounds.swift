/// What a move of a protected alias rests on.
public struct MoveGrounds: Sendable, Hashable {
    /// Whether it is made against what the evidence says.
    public let isForced: Bool
    /// The verdict on the evidence, which the ledger keeps beside the move; nil where none was needed.
    public let decision: Decision?

    public init(isForced: Bool = false, decision: Decision? = nil) {
        self.isForced = isForced
        self.decision = decision
    }
}
