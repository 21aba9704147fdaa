/// A regular expression that answers are held against.
struct AnswerPattern {
    private let regex: Regex<AnyRegexOutput>
    /// Whether it captures something, which then must be what it captures in the expected answer.
    let captures: Bool

    /// Nil when the text is no regular expression.
    init?(_ text: String) {
        do {
            regex = try Regex(text).matchingSemantics(.unicodeScalar)
        } catch {
            return nil
        }
        captures = Self.captures(text)
    }

    /// What the first match captures first, else all that it matches; nil without a match.
    func found(in text: String) -> String? {
        guard let match = text.firstMatch(of: regex) else { return nil }
        let whole = match.output[0].substring
        return (match.output.dropFirst().lazy.compactMap(\.substring).first ?? whole).map(String.init)
    }

    /// Whether a parenthesis opens a group, named or not, outside of `[…]` and not escaped.
    private static func captures(_ text: String) -> Bool {
        let characters = Array(text)
        var (place, isSet) = (0, false)
        while place < characters.count {
            switch characters[place] {
            case "\\": place += 1
            case "[": isSet = true
            case "]": isSet = false
            case "(" where !isSet:
                let rest = String(characters[(place + 1)...].prefix(3))
                let isNamed = rest.hasPrefix("?<") && rest != "?<=" && rest != "?<!" || rest.hasPrefix("?P<")
                if !rest.hasPrefix("?") || isNamed { return true }
            default: break
            }
            place += 1
        }
        return false
    }
}
