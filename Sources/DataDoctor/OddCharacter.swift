/// Characters that a row rarely means to hold.
public enum OddCharacter: String, Sendable, Hashable, CaseIterable {
    /// Controls other than tab and line ends.
    case control = "control_character"
    case zeroWidth = "zero_width"
    /// Marks that turn the direction of writing, and let text look otherwise than it is read.
    case bidirectional
    /// U+FFFD: what stood there was lost.
    case replacement
    /// UTF-8 that was read as another encoding, such as `Ã©` for é.
    case mojibake
    /// One word of letters of two scripts that look alike.
    case mixedScripts = "mixed_scripts"
    case privateUse = "private_use"
}

/// The scripts that most of the world's rows are written in.
public enum WritingSystem: String, Sendable, Hashable, CaseIterable {
    case latin, cyrillic, greek, arabic, hebrew, devanagari, thai, hangul, kana, han, other

    init?(letter scalar: UInt32) {
        switch scalar {
        case 0x41...0x5A, 0x61...0x7A, 0xC0...0xD6, 0xD8...0xF6, 0xF8...0x24F, 0x1E00...0x1EFF: self = .latin
        case 0x370...0x3FF, 0x1F00...0x1FFF: self = .greek
        case 0x400...0x52F: self = .cyrillic
        case 0x590...0x5FF: self = .hebrew
        case 0x600...0x6FF, 0x750...0x77F, 0x8A0...0x8FF: self = .arabic
        case 0x900...0x97F: self = .devanagari
        case 0xE00...0xE7F: self = .thai
        case 0x3040...0x30FF: self = .kana
        case 0x3400...0x4DBF, 0x4E00...0x9FFF, 0x20000...0x2FA1F: self = .han
        case 0x1100...0x11FF, 0xAC00...0xD7AF: self = .hangul
        case 0x530...0x58F, 0x980...0xDFF, 0xE80...0x10FF, 0x1200...0x1DBF: self = .other
        default: return nil
        }
    }
}

/// What the characters of a text tell: which are odd, and of which script most letters are.
struct CharacterSurvey {
    /// Each kind once, with the place in the text where it first stands.
    private(set) var odd: [(OddCharacter, place: Int)] = []
    /// The script of most letters; nil where there are none.
    private(set) var script: WritingSystem?

    private var letters = [Int](repeating: 0, count: WritingSystem.allCases.count)
    private var previous: UInt32 = 0
    /// The script of the word's letters so far.
    private var wordScript: WritingSystem?
    private static let last = WritingSystem.allCases.count - 1

    init(_ strings: LineStrings) {
        let bytes = strings.bytes
        var (place, latin) = (0, 0)
        while place < bytes.count {
            let byte = bytes[place]
            if byte < 0x80 {
                if SensitiveScanner.isLetter(byte) {
                    latin += 1
                    if wordScript != .latin { meet(.latin, 0, place) }
                } else {
                    wordScript = nil
                    if byte < 0x20 || byte == 0x7F, strings.places[place] >= 0, ![9, 10, 13].contains(byte) {
                        note(.control, place)
                    }
                }
                previous = UInt32(byte)
                place += 1
            } else {
                let (scalar, length) = Self.scalar(bytes, place)
                meet(scalar, place)
                previous = scalar
                place += length
            }
        }
        letters[0] += latin
        let most = letters.indices.max { letters[$0] < letters[$1] } ?? 0
        if letters[most] > 0 { script = WritingSystem.allCases[most] }
    }

    private static func scalar(_ bytes: [UInt8], _ place: Int) -> (UInt32, Int) {
        let first = bytes[place]
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : first >= 0xC0 ? 2 : 1
        guard length > 1, place + length <= bytes.count else { return (0xFFFD, 1) }
        var scalar = UInt32(first) & (0xFF >> UInt32(length + 1))
        for byte in bytes[place + 1..<place + length] { scalar = scalar << 6 | UInt32(byte & 0x3F) }
        return (scalar, length)
    }

    private mutating func note(_ kind: OddCharacter, _ place: Int) {
        if !odd.contains(where: { $0.0 == kind }) { odd.append((kind, place)) }
    }

    private mutating func meet(_ scalar: UInt32, _ place: Int) {
        switch scalar {
        case 0x80...0x9F: note(isBehindMojibake(scalar) ? .mojibake : .control, place)
        case 0xA0...0xBF where isBehindMojibake(scalar), 0x20AC where previous == 0xE2: note(.mojibake, place)
        case 0xAD, 0x200B, 0x2060, 0xFEFF: note(.zeroWidth, place)
        // between letters of scripts that need them, or joining emoji, these two are right
        case 0x200C, 0x200D: if previous < 0x250 { note(.zeroWidth, place) }
        case 0x202A...0x202E, 0x2066...0x2069: note(.bidirectional, place)
        case 0xFFFD: note(.replacement, place)
        case 0xE000...0xF8FF, 0xF0000...0x10FFFD: note(.privateUse, place)
        default: break
        }
        if let script = WritingSystem(letter: scalar) {
            letters[WritingSystem.allCases.firstIndex(of: script) ?? Self.last] += 1
            meet(script, scalar, place)
        } else if scalar < 0x300 || scalar > 0x36F {
            wordScript = nil
        }
    }

    /// `Ã`, `Â` and their like before what would be the second byte of a character.
    private func isBehindMojibake(_ scalar: UInt32) -> Bool {
        switch previous {
        case 0xC3: true
        case 0xC2: scalar >= 0xA0
        case 0xD0, 0xD1, 0xE2: scalar < 0xA0
        default: false
        }
    }

    private mutating func meet(_ script: WritingSystem, _ scalar: UInt32, _ place: Int) {
        if let other = wordScript, other != script, Self.lookAlike(other, script, previous, scalar) { note(.mixedScripts, place) }
        wordScript = script
    }

    /// Latin beside Cyrillic, or beside those Greek letters that look like Latin ones.
    private static func lookAlike(_ first: WritingSystem, _ second: WritingSystem, _ before: UInt32, _ scalar: UInt32) -> Bool {
        switch (first, second) {
        case (.latin, .cyrillic), (.cyrillic, .latin): true
        case (.latin, .greek): greekLookAlikes.contains(scalar)
        case (.greek, .latin): greekLookAlikes.contains(before)
        default: false
        }
    }

    private static let greekLookAlikes = Set("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧονρυ".unicodeScalars.map(\.value))
}
