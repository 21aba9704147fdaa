/// WordPiece: the longest token that begins the rest of the word, again and again; a word that cannot be spelled
/// becomes one unknown token.
struct WordPieceModel: Sendable {
    let vocabulary: Vocabulary
    let unknownToken: String
    let continuingPrefix: [UInt8]
    /// Longer words are unknown.
    let characterLimit: Int

    func tokens(of piece: ArraySlice<UInt8>) throws(TokenizerError) -> [ModelToken] {
        let isTooLong = piece.lazy.filter { $0 & 0xC0 != 0x80 }.count > characterLimit
        if !isTooLong, let spelled = spelling(of: piece) { return spelled }
        guard let id = vocabulary.id(of: unknownToken) else {
            throw TokenizerError(.noUnknownToken(word: String(decoding: piece, as: UTF8.self)))
        }
        return [ModelToken(id: id, range: 0..<piece.count)]
    }

    private func spelling(of piece: ArraySlice<UInt8>) -> [ModelToken]? {
        var tokens: [ModelToken] = []
        var start = piece.startIndex
        while start < piece.endIndex {
            guard let (id, end) = longestToken(in: piece, at: start) else { return nil }
            tokens.append(ModelToken(id: id, range: start - piece.startIndex..<end - piece.startIndex))
            start = end
        }
        return tokens
    }

    private func longestToken(in piece: ArraySlice<UInt8>, at start: Int) -> (id: Int32, end: Int)? {
        var end = piece.endIndex
        while end > start {
            let text = piece[start..<end]
            let id = start == piece.startIndex ? vocabulary.id(of: text) : vocabulary.id(of: continuingPrefix + text)
            if let id { return (id, end) }
            end -= 1
            while end > start, piece[end] & 0xC0 == 0x80 { end -= 1 }
        }
        return nil
    }
}

/// WordLevel: each piece is a token or unknown.
struct WordLevelModel: Sendable {
    let vocabulary: Vocabulary
    let unknownToken: String

    func tokens(of piece: ArraySlice<UInt8>) throws(TokenizerError) -> [ModelToken] {
        guard let id = vocabulary.id(of: piece) ?? vocabulary.id(of: unknownToken) else {
            throw TokenizerError(.noUnknownToken(word: String(decoding: piece, as: UTF8.self)))
        }
        return [ModelToken(id: id, range: 0..<piece.count)]
    }
}
