/// The classes of scalars that tokenizers distinguish, with ASCII answered from the value alone.
extension Unicode.Scalar {
    /// `\p{L}`
    @inline(__always)
    var isLetter: Bool {
        if value < 0x80 { return isASCIILetter }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return true
        default: return false
        }
    }

    /// `\p{N}`
    @inline(__always)
    var isNumber: Bool {
        if value < 0x80 { return value &- 0x30 < 10 }
        switch properties.generalCategory {
        case .decimalNumber, .letterNumber, .otherNumber: return true
        default: return false
        }
    }

    /// `\s`: the White_Space property.
    @inline(__always)
    var isSpace: Bool {
        if value < 0x80 { return value == 0x20 || value &- 0x09 < 5 }
        switch value {
        case 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: return true
        default: return false
        }
    }

    /// `\w` of Unicode Technical Standard 18: alphabetic, mark, decimal number, connector punctuation or join control.
    var isWordCharacter: Bool {
        if value < 0x80 { return isASCIILetter || value &- 0x30 < 10 || value == 0x5F }
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark, .decimalNumber, .connectorPunctuation: return true
        default: return properties.isAlphabetic || value == 0x200C || value == 0x200D
        }
    }

    /// ASCII punctuation and symbols, and beyond ASCII `\p{P}` of Unicode 8, which the reference is built on.
    var isPunctuation: Bool {
        if value < 0x80 { return value > 0x20 && value < 0x7F && !isASCIILetter && value &- 0x30 >= 10 }
        switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return isOf(unicode: 8)
        default:
            // Canadian syllabics chi sign and Sharada sandhi mark were punctuation then.
            return value == 0x166D || value == 0x111C9
        }
    }

    /// Control, format or private-use characters of Unicode 8; unassigned code points are none.
    var isControl: Bool {
        switch properties.generalCategory {
        case .control, .format, .privateUse: isOf(unicode: 8)
        default: false
        }
    }

    /// `\p{Mn}` of Unicode 8: six characters have changed their category since.
    var isNonspacingMark: Bool {
        switch value {
        case 0x1734, 0x1171E: true
        case 0x1885, 0x1886, 0xA9BD, 0x111C9: false
        default: properties.generalCategory == .nonspacingMark && isOf(unicode: 8)
        }
    }

    /// `\p{M}` of Unicode 9.
    var isMark: Bool {
        switch properties.generalCategory {
        case .nonspacingMark, .spacingMark, .enclosingMark: isOf(unicode: 9) && value != 0x111C9
        default: value == 0x1CF2 || value == 0x1CF3  // marks then, letters since Unicode 12
        }
    }

    /// Whether the scalar was assigned in that version of Unicode; later ones behave as unassigned in the reference.
    func isOf(unicode major: Int) -> Bool {
        properties.age.map { $0.major < major || ($0.major == major && $0.minor == 0) } ?? false
    }

    private var isASCIILetter: Bool { (value | 0x20) &- 0x61 < 26 }
}
