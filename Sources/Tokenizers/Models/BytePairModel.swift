/// Byte-pair encoding: from single characters, the adjacent pair of lowest rank is merged again and again.
struct BytePairModel: Sendable {
    let vocabulary: Vocabulary
    let merges: MergeTable
    let options: Options

    struct Options: Sendable, Hashable {
        var unknownToken: String?
        var continuingPrefix = ""
        var wordSuffix = ""
        var fusesUnknown = false
        var fallsBackToBytes = false
        /// A piece that is itself a token needs no merging.
        var ignoresMerges = false
    }

    private let unknownID: Int32?
    /// The token of each byte spelled in the printable alphabet.
    private let spelledByteIDs: [Int32?]
    /// The tokens `<0x00>` … `<0xFF>`.
    private let fallbackIDs: [Int32?]

    init(vocabulary: Vocabulary, merges: MergeTable, options: Options) {
        self.vocabulary = vocabulary
        self.merges = merges
        self.options = options
        unknownID = options.unknownToken.flatMap { vocabulary.id(of: $0) }
        spelledByteIDs = ByteAlphabet.spellings.map { vocabulary.id(of: $0) }
        fallbackIDs = (0..<256).map { vocabulary.id(of: ByteFallback.token(of: UInt8($0))) }
    }

    /// Whether raw bytes can be encoded without spelling them out first.
    var acceptsRawBytes: Bool {
        options.continuingPrefix.isEmpty && options.wordSuffix.isEmpty && spelledByteIDs.allSatisfy { $0 != nil }
    }

    // MARK: Encoding

    /// The tokens of a piece of text.
    ///
    /// A character the vocabulary lacks becomes bytes, else the unknown token, else nothing at all.
    func tokens(of piece: ArraySlice<UInt8>) throws(TokenizerError) -> [ModelToken] {
        if options.ignoresMerges, let id = vocabulary.id(of: piece) { return [ModelToken(id: id, range: 0..<piece.count)] }
        var word = MergingWord()
        try appendSymbols(of: piece, to: &word)
        word.merge(by: merges)
        return word.tokens
    }

    /// The tokens of a piece whose bytes are to be spelled in the printable alphabet; ranges count raw bytes.
    func tokens(ofRaw piece: ArraySlice<UInt8>) -> [ModelToken] {
        if options.ignoresMerges, let id = vocabulary.id(of: ByteAlphabet.spelling(of: piece)) {
            return [ModelToken(id: id, range: 0..<piece.count)]
        }
        var word = MergingWord()
        for byte in piece { word.append(spelledByteIDs[Int(byte)] ?? 0, length: 1) }
        word.merge(by: merges)
        return word.tokens
    }

    private func appendSymbols(of piece: ArraySlice<UInt8>, to word: inout MergingWord) throws(TokenizerError) {
        var unknown: (id: Int32, length: Int)?
        func flush(_ word: inout MergingWord) {
            if let pending = unknown { word.append(pending.id, length: pending.length) }
            unknown = nil
        }
        var index = piece.startIndex
        while index < piece.endIndex {
            let length = scalarLength(startingWith: piece[index])
            let symbol = symbol(
                piece[index..<index + length], isFirst: index == piece.startIndex, isLast: index + length == piece.endIndex)
            index += length
            if let id = vocabulary.id(of: symbol) {
                flush(&word)
                word.append(id, length: length)
            } else if let bytes = byteFallback(for: symbol) {
                // A pending unknown stays pending, so it follows these bytes: the reference does the same.
                for id in bytes { word.append(id, length: 1) }
            } else if let unknownToken = options.unknownToken {
                guard let unknownID else { throw TokenizerError(.unknownToken(unknownToken)) }
                if options.fusesUnknown, let pending = unknown {
                    unknown = (unknownID, pending.length + length)
                } else {
                    flush(&word)
                    unknown = (unknownID, length)
                }
            }
        }
        flush(&word)
    }

    private func symbol(_ character: ArraySlice<UInt8>, isFirst: Bool, isLast: Bool) -> ArraySlice<UInt8> {
        if options.continuingPrefix.isEmpty && options.wordSuffix.isEmpty { return character }
        let prefix = isFirst ? "" : options.continuingPrefix
        let suffix = isLast ? options.wordSuffix : ""
        return (Array(prefix.utf8) + character + Array(suffix.utf8))[...]
    }

    /// One id for each byte, if the vocabulary has them all.
    private func byteFallback(for symbol: ArraySlice<UInt8>) -> [Int32]? {
        guard options.fallsBackToBytes else { return nil }
        let ids = symbol.compactMap { fallbackIDs[Int($0)] }
        return ids.count == symbol.count ? ids : nil
    }
}
