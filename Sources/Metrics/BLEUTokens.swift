/// The tokens that BLEU counts: those of NIST's script mteval-v13a, which parts punctuation from words but not from within numbers.
enum BLEUTokens {
    static func tokens(_ text: String) -> [TextScalars] {
        var line = TextScalars(text).withoutSpaceAtEnd.scalars
        for (old, new) in [("<skipped>", ""), ("-\n", ""), ("\n", " ")] {
            line = line.replacing(old.unicodeScalars, with: new.unicodeScalars)
        }
        // in this order: what &amp; turns into is read again
        for (old, new) in [("&quot;", "\""), ("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">")] {
            line = line.replacing(old.unicodeScalars, with: new.unicodeScalars)
        }
        line = [" "] + line + [" "]
        line = line.flatMap { isSign($0) ? [" ", $0, " "] : [$0] }
        line = parted(line) { first, second in !isDigit(first) && isStop(second) ? [first, " ", second, " "] : nil }
        line = parted(line) { first, second in isStop(first) && !isDigit(second) ? [" ", first, " ", second] : nil }
        line = parted(line) { first, second in isDigit(first) && second == "-" ? [first, " ", second, " "] : nil }
        return TextScalars(line).words
    }

    /// Replaces pairs of neighbours from left to right; what was part of a pair is not looked at again.
    private static func parted(
        _ line: [Unicode.Scalar], _ replacement: (Unicode.Scalar, Unicode.Scalar) -> [Unicode.Scalar]?
    ) -> [Unicode.Scalar] {
        var (result, place) = ([Unicode.Scalar](), 0)
        while place < line.count {
            if place + 1 < line.count, let pair = replacement(line[place], line[place + 1]) {
                result += pair
                place += 2
            } else {
                result.append(line[place])
                place += 1
            }
        }
        return result
    }

    private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }
    private static func isStop(_ scalar: Unicode.Scalar) -> Bool { scalar == "." || scalar == "," }

    /// The signs of ASCII but ' , - and . stand alone.
    private static func isSign(_ scalar: Unicode.Scalar) -> Bool {
        scalar == " " || scalar.isPunctuationOfASCII && !["'", ",", "-", "."].contains(scalar)
    }
}
