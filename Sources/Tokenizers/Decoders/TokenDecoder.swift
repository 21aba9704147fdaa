/// A step that turns tokens back into text; what the last step leaves is joined.
indirect enum TokenDecoder: Sendable {
    case sequence([TokenDecoder])
    case byteLevel
    case byteFallback
    case fuse
    case strip(Unicode.Scalar, start: Int, stop: Int)
    case replace(TextPattern, content: [UInt8])
    case metaspace(Metaspace)
    case wordPiece(prefix: String, cleans: Bool)
    case wordSuffix(String)
    case connectionist(ConnectionistDecoder)

    func decode(_ tokens: [String]) -> [String] {
        switch self {
        case .sequence(let steps): steps.reduce(tokens) { $1.decode($0) }
        case .byteLevel: [String(decoding: tokens.flatMap(ByteAlphabet.bytes), as: UTF8.self)]
        case .byteFallback: ByteFallback.decode(tokens)
        case .fuse: [tokens.joined()]
        case .strip(let scalar, let start, let stop): tokens.map { Self.strip($0, scalar, start: start, stop: stop) }
        case .replace(let pattern, let content):
            tokens.map { token in
                var text = AlignedText(Array(token.utf8))
                text.replace(pattern.matches(in: text.bytes), with: content)
                return text.string
            }
        case .metaspace(let metaspace): metaspace.decode(tokens)
        case .wordPiece(let prefix, let cleans): Self.joinWordPieces(tokens, prefix: prefix, cleans: cleans)
        case .wordSuffix(let suffix):
            tokens.enumerated().map { index, token in
                token.replacingBytes(of: suffix, with: index == tokens.count - 1 ? "" : " ")
            }
        case .connectionist(let decoder): decoder.decode(tokens)
        }
    }

    /// Cuts up to `start` and `stop` leading and trailing occurrences of a character.
    private static func strip(_ token: String, _ scalar: Unicode.Scalar, start: Int, stop: Int) -> String {
        var scalars = Array(token.unicodeScalars)[...]
        var cut = 0
        while cut < start, scalars.first == scalar {
            scalars.removeFirst()
            cut += 1
        }
        cut = 0
        while cut < stop, scalars.last == scalar {
            scalars.removeLast()
            cut += 1
        }
        var text = String.UnicodeScalarView()
        text.append(contentsOf: scalars)
        return String(text)
    }

    private static func joinWordPieces(_ tokens: [String], prefix: String, cleans: Bool) -> [String] {
        tokens.enumerated().map { index, token in
            var text = token
            if index > 0 {
                let continues = token.utf8.starts(with: prefix.utf8)
                text = continues ? String(decoding: token.utf8.dropFirst(prefix.utf8.count), as: UTF8.self) : " " + token
            }
            return cleans ? text.withoutTokenizerSpaces : text
        }
    }
}

/// Connectionist temporal classification: repeats collapse, padding separates.
struct ConnectionistDecoder: Sendable, Hashable {
    let padToken: String
    let wordDelimiter: String
    let cleans: Bool

    func decode(_ tokens: [String]) -> [String] {
        var decoded: [String] = []
        var previous: String?
        for token in tokens {
            defer { previous = token }
            if let previous, previous.utf8.elementsEqual(token.utf8) { continue }
            var text = token.replacingBytes(of: padToken, with: "")
            if cleans { text = text.withoutTokenizerSpaces.replacingBytes(of: wordDelimiter, with: " ") }
            if !text.isEmpty { decoded.append(text) }
        }
        return decoded
    }
}

extension String {
    /// Replaces every occurrence, compared byte by byte.
    func replacingBytes(of target: String, with replacement: String) -> String {
        var text = AlignedText(Array(utf8))
        text.replace(text.bytes.matches(of: Array(target.utf8)), with: Array(replacement.utf8))
        return text.string
    }

    /// The text without the spaces that splitting put before punctuation and contractions.
    var withoutTokenizerSpaces: String {
        [
            (" .", "."), (" ?", "?"), (" !", "!"), (" ,", ","), (" ' ", "'"), (" n't", "n't"), (" 'm", "'m"),
            (" do not", " don't"), (" 's", "'s"), (" 've", "'ve"), (" 're", "'re"),
        ].reduce(self) { $0.replacingBytes(of: $1.0, with: $1.1) }
    }
}
