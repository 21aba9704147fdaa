import Foundation

/// One field of Python's string formatting, as both `%` and `format` have it: `[[fill]align][sign][#][0][width][,][.precision]`.
struct NumberFormat {
    var fill = " "
    /// `<`, `>`, `^`, or `=` for padding between sign and digits; nil for the usual side of the type.
    var alignment: Character?
    /// `+` or space in front of numbers that are not negative.
    var plus: Character?
    var isAlternate = false
    var width = 0
    var grouping: Character?
    var precision: Int?

    func text(_ value: String) -> String {
        aligned(
            sign: "", precision.map { String(String.UnicodeScalarView(value.unicodeScalars.prefix($0))) } ?? value, usual: "<")
    }

    /// - Parameter code: one of `d b o x X c`.
    func integer(_ value: Int, code: Character) -> String? {
        let radix: Int
        var prefix = ""
        switch code {
        case "d", "i", "u", "n": radix = 10
        case "b": (radix, prefix) = (2, "0b")
        case "o": (radix, prefix) = (8, "0o")
        case "x": (radix, prefix) = (16, "0x")
        case "X": (radix, prefix) = (16, "0X")
        default: return nil
        }
        var digits = String(value.magnitude, radix: radix, uppercase: code == "X")
        if let precision { digits = digits.padded(to: precision, with: "0", .right) }
        if let grouping { digits = Self.grouped(digits, with: grouping, every: radix == 10 ? 3 : 4) }
        return aligned(sign: sign(isNegative: value < 0) + (isAlternate ? prefix : ""), digits, usual: ">")
    }

    /// - Parameter code: one of `e E f F g G %`, or nil for the shortest text with the precision as digits that matter.
    func float(_ value: Double, code: Character?) -> String? {
        guard value.isFinite else {
            let name = value.isNaN ? "nan" : "inf"
            return aligned(sign: sign(isNegative: value < 0), code?.isUppercase ?? false ? name.uppercased() : name, usual: ">")
        }
        let magnitude = value.magnitude
        var digits: String
        switch code {
        case nil where precision == nil: digits = magnitude.pythonRepresentation
        case nil: digits = Self.printed(magnitude, "g", precision ?? 6)
        case "%": digits = Self.printed(magnitude * 100, "f", precision ?? 6) + "%"
        case "e", "E", "f", "F", "g", "G":
            digits = Self.printed(magnitude, String(code ?? "f"), precision ?? 6)
        default: return nil
        }
        if code == nil, precision != nil, !digits.contains("."), !digits.contains("e") { digits += ".0" }
        if let grouping {
            let whole = digits.prefix { $0.isNumber }
            digits = Self.grouped(String(whole), with: grouping, every: 3) + digits.dropFirst(whole.count)
        }
        return aligned(sign: sign(isNegative: value.sign == .minus), digits, usual: ">")
    }

    private static func printed(_ value: Double, _ code: String, _ precision: Int) -> String {
        String(format: "%.\(precision)\(code)", value)
    }

    private func sign(isNegative: Bool) -> String { isNegative ? "-" : plus.map { String($0) } ?? "" }

    private static func grouped(_ digits: String, with separator: Character, every size: Int) -> String {
        var text = ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % size == 0 { text.append(separator) }
            text.append(digit)
        }
        return text
    }

    private func aligned(sign: String, _ body: String, usual: Character) -> String {
        switch alignment ?? usual {
        case "=":
            return sign + body.padded(to: width - sign.unicodeScalars.count, with: fill, .right)
        case "<": return (sign + body).padded(to: width, with: fill, .left)
        case "^":
            let text = sign + body
            let missing = max(0, width - text.unicodeScalars.count)
            return String(repeating: fill, count: missing / 2) + text + String(repeating: fill, count: missing - missing / 2)
        default: return (sign + body).padded(to: width, with: fill, .right)
        }
    }
}
