import StrictJSON

/// Reads a label off what a model wrote, kindly: in upper or lower case, within quotes or before a point, and where it is a sentence, the one
/// label that stands in it.
public struct LabelReader: Sendable, Hashable {
    public let labels: [String]

    public init(_ labels: [String]) { self.labels = labels }

    /// Nil where no label stands in the text, or several do.
    public func label(in answer: String) -> String? {
        let text = answer.lowercased()
        let (bare, plain) = (Self.trimming(text) { !Self.isWord($0) }, Self.trimming(text, \.isWhitespace))
        if let label = labels.first(where: { $0.lowercased() == bare || $0.lowercased() == plain }) { return label }
        let found = labels.filter { Self.stands($0.lowercased(), in: text) }
        // "card" stands in "lost card" too
        let alone = found.filter { label in
            !found.contains { $0 != label && Self.stands(label.lowercased(), in: $0.lowercased()) }
        }
        return alone.count == 1 ? alone[0] : nil
    }

    private static func trimming(_ text: String, _ isLeftOut: (Character) -> Bool) -> String {
        String(text.drop(while: isLeftOut).reversed().drop(while: isLeftOut).reversed())
    }

    private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }

    private static func stands(_ word: String, in text: String) -> Bool {
        text.ranges(of: word).contains { range in
            let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
            let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
            return ![before, after].compactMap(\.self).contains(where: isWord)
        }
    }
}

extension [String] {
    /// Which of these labels a text is, byte for byte: "é" composed is another label than "é" decomposed, as it is other tokens to a model.
    public func labelIndex(of text: String) -> Int? {
        let text = ByteText(text)
        return firstIndex { ByteText($0) == text }
    }
}
