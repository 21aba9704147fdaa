/// GPT-2's splitting into words and spelling of bytes.
struct ByteLevelSplit: Sendable, Hashable {
    let addsPrefixSpace: Bool
    let splitsWords: Bool

    private static let scanner = WordScanner(family: .gpt2)

    init(_ component: Component) throws(TokenizerError) {
        addsPrefixSpace = try component.bool("add_prefix_space", default: true)
        splitsWords = try component.bool("use_regex", default: true)
    }

    /// The pieces with their bytes spelled in the printable alphabet.
    func split(_ pieces: [AlignedText]) -> [AlignedText] {
        rawSplit(pieces).map {
            var piece = $0
            ByteAlphabet.spell(&piece)
            return piece
        }
    }

    /// The pieces with their bytes as they are, for models that spell them themselves.
    func rawSplit(_ pieces: [AlignedText]) -> [AlignedText] {
        let prefixed = addsPrefixSpace ? pieces.map(withPrefixSpace) : pieces
        return splitsWords ? prefixed.cut { Self.scanner.words(in: $0.bytes) } : prefixed
    }

    private func withPrefixSpace(_ piece: AlignedText) -> AlignedText {
        guard piece.bytes.first != 0x20 else { return piece }
        var prefixed = piece
        prefixed.prepend(" ")
        return prefixed
    }
}
