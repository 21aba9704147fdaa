/// A text as the reference implementations of the metrics see it: code points, compared one by one.
///
/// `String` would call a composed and a decomposed character equal, and takes several code points for one character.
struct TextScalars: Sendable, Hashable {
    var scalars: [Unicode.Scalar]

    init(_ text: String) { scalars = Array(text.unicodeScalars) }
    init(_ scalars: some Sequence<Unicode.Scalar>) { self.scalars = Array(scalars) }

    /// The parts between white space.
    var words: [TextScalars] { scalars.split(whereSeparator: \.isSpace).map { TextScalars($0) } }

    /// The parts between white space, joined.
    var withoutSpace: [Unicode.Scalar] { scalars.filter { !$0.isSpace } }

    var withoutSpaceAtEnd: TextScalars {
        TextScalars(scalars[..<(scalars.lastIndex { !$0.isSpace }.map { $0 + 1 } ?? 0)])
    }

    /// Unicode's full mapping, the final form of the Greek sigma included.
    var lowercased: TextScalars {
        TextScalars(
            scalars.indices.flatMap { index -> [Unicode.Scalar] in
                guard scalars[index] == "\u{3A3}" else { return Array(scalars[index].properties.lowercaseMapping.unicodeScalars) }
                return isFinal(index) ? ["\u{3C2}"] : ["\u{3C3}"]
            })
    }

    /// After a cased letter and before none; signs that have no case of their own are passed over.
    private func isFinal(_ index: Int) -> Bool {
        let before = scalars[..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true
    }
}

extension Unicode.Scalar {
    /// White space, and the four separators of ASCII.
    var isSpace: Bool { properties.isWhitespace || (0x1C...0x1F).contains(value) }

    /// A letter or a numeral of any script.
    var isAlphanumeric: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: properties.numericType != nil
        }
    }

    /// ``!"#$%&'()*+,-./:;<=>?@[\]^_`{|}~``
    var isPunctuationOfASCII: Bool {
        [0x21...0x2F, 0x3A...0x40, 0x5B...0x60, 0x7B...0x7E].contains { $0.contains(value) }
    }
}
