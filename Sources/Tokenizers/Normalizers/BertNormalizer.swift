/// The cleaning that BERT's word pieces expect.
struct BertNormalizer: Sendable, Hashable {
    let cleansText: Bool
    let spacesChineseCharacters: Bool
    let stripsAccents: Bool
    let lowercases: Bool

    /// Accents follow the case unless the file says otherwise.
    init(_ component: Component) throws(TokenizerError) {
        cleansText = try component.bool("clean_text", default: true)
        spacesChineseCharacters = try component.bool("handle_chinese_chars", default: true)
        lowercases = try component.bool("lowercase", default: true)
        stripsAccents = try component.bool("strip_accents", default: lowercases)
    }

    func apply(to text: inout AlignedText) {
        if cleansText {
            text.filter { scalar in
                switch scalar.value {
                case 0x09, 0x0A, 0x0D: true
                case 0, 0xFFFD: false
                default: !scalar.isControl
                }
            }
            text.map { $0.isSpace ? " " : $0 }
        }
        if spacesChineseCharacters { spaceChineseCharacters(in: &text) }
        if stripsAccents {
            text.normalize(to: .nfd)
            text.filter { !$0.isNonspacingMark }
        }
        if lowercases { text.lowercase() }
    }

    /// Puts a space on both sides of each ideograph.
    private func spaceChineseCharacters(in text: inout AlignedText) {
        let old = text.scalars
        guard old.contains(where: Self.isChinese) else { return }
        var changes: [AlignedText.Change] = []
        for scalar in old {
            if Self.isChinese(scalar) {
                changes += [.init(" ", 0), .init(scalar, 1), .init(" ", 1)]
            } else {
                changes.append(.init(scalar))
            }
        }
        text.apply(changes)
    }

    private static func isChinese(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0xF900...0xFAFF, 0x20000...0x2A6DF, 0x2A700...0x2B81F, 0x2B920...0x2CEAF,
            0x2F800...0x2FA1F:
            true
        default: false
        }
    }
}
