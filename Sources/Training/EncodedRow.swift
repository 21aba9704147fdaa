import Llama

/// A row as the model reads it: tokens and, for each, the label that its prediction is held against.
public struct EncodedRow: Sendable, Hashable {
    /// Why a row teaches nothing.
    public enum Fault: String, Sendable, Hashable, CaseIterable {
        /// Nothing is written in it.
        case empty
        /// It has no answer.
        case unlabelled
        /// The answer lies wholly behind max_length.
        case answerCutOff = "answer_cut_off"
    }

    /// 1-based line of the data file.
    public let line: Int
    public let form: RowForm
    public let tokens: [Int32]
    /// Label t is the token at t, or −100; it is compared with the prediction made at t − 1, so label 0 never counts.
    public let labels: [Int32]
    /// Tokens before truncation.
    public let length: Int
    public let fault: Fault?

    public var isTruncated: Bool { tokens.count < length }
    /// Labels that carry loss.
    public var supervisedCount: Int { Self.supervisedCount(labels) }

    static func supervisedCount(_ labels: [Int32]) -> Int { labels.dropFirst().count { $0 != TokenBatch.ignored } }
}
