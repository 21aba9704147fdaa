import Tokenizers
import Training

/// A base whose tokenizer and chat template say how rows are read.
public struct DoctorBase: Sendable {
    public let name: String
    public let encoder: RowEncoder
    public let tokenizer: Tokenizer
    public let maxLength: Int
    let ends: AnswerEnds

    /// - Parameter endTokens: those of the base's own configuration; the tokenizer's is added.
    public init(name: String, encoder: RowEncoder, tokenizer: Tokenizer, maxLength: Int, endTokens: [Int32]) {
        self.name = name
        self.encoder = encoder
        self.tokenizer = tokenizer
        self.maxLength = maxLength
        ends = AnswerEnds(tokenizer, endTokens: endTokens)
    }

    /// Trainers that leave padding out of the loss leave the end of an answer out with it when both are one token.
    public var padIsEnd: Bool { ends.padIsEnd }
}

/// The tokens by which a base begins a text and ends an answer.
public struct AnswerEnds: Sendable {
    private let beginning: Int32?
    /// Any of them ends an answer.
    private let tokens: Set<Int32>
    let padIsEnd: Bool

    /// - Parameter endTokens: those of the base's own configuration; the tokenizer's is added.
    public init(_ tokenizer: Tokenizer, endTokens: [Int32]) {
        beginning = tokenizer.specialTokens.bos?.id
        let declared = Set(endTokens + [tokenizer.specialTokens.eos?.id].compactMap(\.self))
        padIsEnd = tokenizer.specialTokens.pad.map { declared.contains($0.id) } ?? false
        // what templates of well-known families end a turn with
        let turns = ["<|im_end|>", "<|eot_id|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "</s>"]
        tokens = declared.union(
            turns.compactMap { [beginning] in
                let id = tokenizer.id(of: $0)
                return id == beginning ? nil : id
            })
    }

    /// What is wrong with a row as the base reads it; rows that teach nothing or are cut off have no end to look for.
    public func faults(_ row: EncodedRow) -> [TemplateFault] {
        var faults: [TemplateFault] = []
        if let beginning, row.tokens.count > 1, row.tokens[0] == beginning, row.tokens[1] == beginning {
            faults.append(.doubleBeginning)
        }
        guard row.fault == nil, !row.isTruncated, !tokens.isEmpty, let last = row.labels.lastIndex(where: { $0 >= 0 }) else {
            return faults
        }
        // templates may write a line end behind the token that ends a turn
        if !row.labels[max(0, last - 2)...last].contains(where: tokens.contains) {
            let isMasked = last + 1 < row.tokens.count && tokens.contains(row.tokens[last + 1])
            faults.append(isMasked ? .maskedEnd : .missingEnd)
        }
        return faults
    }
}

/// What a base's template or a tokenized row does that training suffers from.
public enum TemplateFault: String, Sendable, Hashable, CaseIterable {
    /// A role that templates do not know, so that its message is dropped or the row is refused.
    case unknownRole = "unknown_role"
    /// What is learned holds no end of the answer: the model never learns to stop.
    case missingEnd = "missing_end"
    /// The token that begins a text stands there twice.
    case doubleBeginning = "double_beginning"
    /// The end of the answer is there, but masked, as happens where padding and end are one token.
    case maskedEnd = "masked_end"
}

extension RowContent {
    private static let knownRoles: Set<String> = [
        "system", "developer", "user", "assistant", "tool", "function", "ipython", "environment",
    ]

    var hasUnknownRole: Bool {
        switch self {
        case .conversation(let dialogue), .continuation(let dialogue, _):
            dialogue.messages.contains { !Self.knownRoles.contains($0["role"]?.stringValue ?? "") }
        case .completion, .text, .tokens: false
        }
    }
}
