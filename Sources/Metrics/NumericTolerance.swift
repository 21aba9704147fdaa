/// How far a number may lie from the expected one: `|a − e| ≤ max(absolute, relative · |e|)`.
public struct NumericTolerance: Sendable, Hashable {
    public let absolute: Double
    public let relative: Double

    /// - Precondition: neither is negative.
    public init(absolute: Double = 0, relative: Double = 0) {
        precondition(absolute >= 0 && relative >= 0, "a distance")
        (self.absolute, self.relative) = (absolute, relative)
    }

    func accepts(_ number: Double, for expected: Double) -> Bool {
        // the last digits of a decimal fraction are not those of its binary neighbour
        let slack = 1e-12 * max(abs(number), abs(expected))
        return abs(number - expected) <= max(absolute, relative * abs(expected)) + slack
    }

    /// The last number of a text, which is where answers that reason before they answer have it; commas between groups of three digits are read
    /// over. Nil without any.
    static func number(in text: String) -> Double? {
        let text = text.replacing("\u{2212}", with: "-")
        let pattern = #/[-+]?(?:(?:[0-9]{1,3}(?:,[0-9]{3})+(?![0-9])|[0-9]+)(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]+)?/#
        let numbers = text.matches(of: pattern).compactMap { match -> Double? in
            let digits = match.output.replacing(",", with: "")
            // a sign behind a letter or a digit is a hyphen
            let isHyphen = match.range.lowerBound > text.startIndex && isWord(text[text.index(before: match.range.lowerBound)])
            return Double(isHyphen ? digits.drop { $0 == "-" || $0 == "+" }[...] : digits[...])
        }
        return numbers.last { $0.isFinite }
    }

    private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }
}
