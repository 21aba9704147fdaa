import Foundation

/// A regular expression of Oniguruma's flavour, matched by ICU's engine.
struct OnigurumaExpression: Sendable {
    /// Why a pattern cannot be used.
    struct Fault: Error, Hashable {
        let pattern: String
    }

    private let expression: NSRegularExpression

    init(_ pattern: String) throws(Fault) {
        var translation = OnigurumaTranslation(pattern)
        do {
            // Oniguruma's `^` and `$` match at every line, and only "\n" ends a line.
            expression = try NSRegularExpression(
                pattern: translation.icuPattern(), options: [.anchorsMatchLines, .useUnixLineSeparators])
        } catch {
            throw Fault(pattern: pattern)
        }
    }

    /// Byte ranges of the matches; an empty match that touches the one before it does not count.
    func matches(in text: ArraySlice<UInt8>) -> [Range<Int>] {
        guard !text.isEmpty else { return [] }
        let string = String(decoding: text, as: UTF8.self)
        let found = expression.matches(in: string, range: NSRange(location: 0, length: string.utf16.count))
        var offsets = UTF16Offsets(text: text)
        var ranges: [Range<Int>] = []
        ranges.reserveCapacity(found.count)
        for match in found {
            let start = offsets.byteOffset(of: match.range.location)
            let end = offsets.byteOffset(of: match.range.location + match.range.length)
            if start == end, let last = ranges.last, last.upperBound == start { continue }
            ranges.append(start..<end)
        }
        return ranges
    }
}

/// Turns ascending UTF-16 offsets into byte offsets.
private struct UTF16Offsets {
    private let text: ArraySlice<UInt8>
    private var byte = 0
    private var unit = 0

    init(text: ArraySlice<UInt8>) { self.text = text }

    mutating func byteOffset(of target: Int) -> Int {
        while unit < target, byte < text.count {
            let length = scalarLength(startingWith: text[text.startIndex + byte])
            byte += length
            unit += length == 4 ? 2 : 1
        }
        return byte
    }
}

/// Rewrites what Oniguruma and ICU spell differently.
private struct OnigurumaTranslation {
    private let pattern: [Character]
    private var index = 0
    private var result = ""
    private var classDepth = 0

    init(_ pattern: String) { self.pattern = pattern.unicodeScalars.map(Character.init) }

    private static let wordMembers = #"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\u00B2\u00B3\u00B9\u00BC-\u00BE"#
    private static let hexMembers = "0-9A-Fa-f"

    mutating func icuPattern() -> String {
        while let character = take() {
            switch character {
            case "\\": escape()
            case "[":
                classDepth += 1
                result.append(character)
                if peek() == "^" { result.append(take() ?? "^") }
                if peek() == "]" {
                    _ = take()
                    result += "\\]"
                }
            case "]" where classDepth > 0:
                classDepth -= 1
                result.append(character)
            case "{" where classDepth > 0, "}" where classDepth > 0: result += "\\" + String(character)
            case "{": openBrace()
            case "(" where classDepth == 0: openGroup()
            default: result.append(character)
            }
        }
        return result
    }

    private mutating func escape() {
        guard let letter = take() else {
            result += "\\"
            return
        }
        switch letter {
        case "w": members(Self.wordMembers, negated: false)
        case "W": members(Self.wordMembers, negated: true)
        case "h": members(Self.hexMembers, negated: false)
        case "H": members(Self.hexMembers, negated: true)
        case "s": members(#"\p{White_Space}"#, negated: false)
        case "S": members(#"\p{White_Space}"#, negated: true)
        case "p" where peek(0) == "{" && peek(1) == "^":
            index += 2
            result += #"\P{"#
            copyBraces()
        default:
            result += "\\" + String(letter)
            if "pPxNuk".contains(letter) && peek() == "{" { copyBraces() }
        }
    }

    /// Copies up to and with a closing brace: the name of a property or the digits of a code point.
    private mutating func copyBraces() {
        while let character = take() {
            result.append(character)
            if character == "}" { return }
        }
    }

    private mutating func members(_ members: String, negated: Bool) {
        result += negated ? "[^\(members)]" : classDepth > 0 ? members : "[\(members)]"
    }

    /// `{,n}` means from 0 to n; a brace that bounds nothing stands for itself.
    private mutating func openBrace() {
        let rest = pattern[index...]
        guard let close = rest.firstIndex(of: "}") else {
            result += "\\{"
            return
        }
        let bounds = String(rest[..<close])
        let isQuantifier = !bounds.isEmpty && bounds != "," && bounds.allSatisfy { $0 == "," || ("0"..."9").contains($0) }
        guard isQuantifier else {
            result += "\\{"
            return
        }
        result += "{" + (bounds.hasPrefix(",") ? "0" : "") + bounds + "}"
        index = close + 1
    }

    /// The option `m` of Oniguruma lets the dot match line ends, which is `s` to ICU.
    private mutating func openGroup() {
        result.append("(")
        guard peek() == "?" else { return }
        result.append(take() ?? "?")
        while let flag = peek(), "imx-".contains(flag) {
            result.append(flag == "m" ? "s" : flag)
            index += 1
        }
    }

    private func peek(_ offset: Int = 0) -> Character? { index + offset < pattern.count ? pattern[index + offset] : nil }

    private mutating func take() -> Character? {
        guard let character = peek() else { return nil }
        index += 1
        return character
    }
}
