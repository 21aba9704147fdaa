/// SentencePiece's visible space: "▁" for each space, and in front of a text by scheme.
struct Metaspace: Sendable, Hashable {
    enum PrependScheme: String, Sendable, CaseIterable {
        case always, first, never
    }

    let replacement: Unicode.Scalar
    let scheme: PrependScheme
    let splits: Bool

    init(_ component: Component) throws(TokenizerError) {
        replacement = try component.scalar("replacement")
        splits = try component.bool("split", default: true)
        let addsPrefixSpace = try component.bool("add_prefix_space", default: true)
        let scheme: PrependScheme = try component.choice("prepend_scheme", default: .always)
        // The older key only ever said no; it may stand beside the newer one in converted files.
        self.scheme = addsPrefixSpace ? scheme : .never
    }

    private var bytes: [UInt8] { Array(String(Character(replacement)).utf8) }

    func split(_ pieces: [AlignedText]) -> [AlignedText] {
        let mark = bytes
        let marked = pieces.map { piece in
            var text = piece
            text.replace(text.bytes.matches(of: [0x20]), with: mark)
            let isDue = scheme == .always || (scheme == .first && text.origin == 0)
            if isDue, !text.bytes.starts(with: mark) { text.prepend(String(Character(replacement))) }
            return text
        }
        return splits ? marked.cut(.mergedWithNext) { $0.bytes.matches(of: mark) } : marked
    }

    /// Spaces for marks; in the first token, unless the scheme is never, marks vanish.
    func decode(_ tokens: [String]) -> [String] {
        tokens.enumerated().map { index, token in
            var text = String.UnicodeScalarView()
            for scalar in token.unicodeScalars {
                if scalar != replacement {
                    text.append(scalar)
                } else if index > 0 || scheme == .never {
                    text.append(" ")
                }
            }
            return String(text)
        }
    }
}
