import Foundation

/// What a Split or Replace searches for.
enum TextPattern: Sendable {
    /// These bytes, leftmost first, not overlapping.
    case literal([UInt8])
    case words(WordScanner)
    case expression(OnigurumaExpression)

    /// A pattern as tokenizer.json spells it; well-known word patterns get a scanner of their own.
    init(expression source: String) throws(OnigurumaExpression.Fault) {
        if let scanner = WordScanner(pattern: source) {
            self = .words(scanner)
        } else {
            self = .expression(try OnigurumaExpression(source))
        }
    }

    /// Byte ranges of the matches, counted from the start of the text.
    func matches(in text: ArraySlice<UInt8>) -> [Range<Int>] {
        switch self {
        case .literal(let bytes): text.matches(of: bytes)
        case .words(let scanner): scanner.words(in: text)
        case .expression(let expression): expression.matches(in: text)
        }
    }
}

extension ArraySlice<UInt8> {
    /// Where `literal` stands; nowhere if it is empty.
    func matches(of literal: [UInt8]) -> [Range<Int>] {
        guard let first = literal.first else { return [] }
        var found: [Range<Int>] = []
        var index = startIndex
        while index + literal.count <= endIndex {
            if self[index] == first, self[index..<index + literal.count].elementsEqual(literal) {
                found.append(index - startIndex..<index - startIndex + literal.count)
                index += literal.count
            } else {
                index += 1
            }
        }
        return found
    }

    /// Each scalar that satisfies `isMatch`, as a match of its own.
    func matches(where isMatch: (Unicode.Scalar) -> Bool) -> [Range<Int>] {
        var found: [Range<Int>] = []
        var index = startIndex
        while index < endIndex {
            let (scalar, length) = scalar(at: index)
            if isMatch(scalar) { found.append(index - startIndex..<index - startIndex + length) }
            index += length
        }
        return found
    }
}
