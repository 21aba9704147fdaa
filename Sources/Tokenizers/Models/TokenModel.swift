/// The part of a tokenizer that turns one piece of text into tokens.
enum TokenModel: Sendable {
    case bytePair(BytePairModel)
    case unigram(UnigramModel)
    case wordPiece(WordPieceModel)
    case wordLevel(WordLevelModel)

    var vocabulary: Vocabulary {
        switch self {
        case .bytePair(let model): model.vocabulary
        case .unigram(let model): model.vocabulary
        case .wordPiece(let model): model.vocabulary
        case .wordLevel(let model): model.vocabulary
        }
    }

    func tokens(of piece: ArraySlice<UInt8>) throws(TokenizerError) -> [ModelToken] {
        guard !piece.isEmpty else { return [] }
        return switch self {
        case .bytePair(let model): try model.tokens(of: piece)
        case .unigram(let model): try model.tokens(of: piece)
        case .wordPiece(let model): try model.tokens(of: piece)
        case .wordLevel(let model): try model.tokens(of: piece)
        }
    }
}
