import Foundation

/// Filters on numbers.
extension TemplateFilters {
    static let numbers: [String: Filter] = [
        "abs": { (value, _, interpreter) throws(ChatTemplateError) in
            let isNegative = (value.floatValue ?? 0) < 0
            return try interpreter.signed(value, negative: isNegative)
        },
        "int": { (value, arguments, _) throws(ChatTemplateError) in
            let values = try arguments.bound(to: ["default", "base"], of: "int")
            return try integer(value, base: try values[1].integer("int", default: 10)).map { .integer($0) } ?? values[0]
                ?? .integer(0)
        },
        "float": { (value, arguments, _) throws(ChatTemplateError) in
            let fallback = try arguments.bound(to: ["default"], of: "float")[0]
            return try float(value).map { .float($0) } ?? fallback ?? .float(0)
        },
        "round": round,
        "sum": sum,
        "filesizeformat": { (value, arguments, _) throws(ChatTemplateError) in
            let binary = try arguments.bound(to: ["binary"], of: "filesizeformat")[0].isTrue()
            guard let bytes = try float(value) else { throw ChatTemplateError(.failed("a file size must be a number")) }
            return .string(fileSize(bytes, binary: binary))
        },
    ]

    /// What Python's `int` reads, and what it reads of a float's text; nil for everything else.
    private static func integer(_ value: TemplateValue, base: Int) throws(ChatTemplateError) -> Int? {
        if let integer = value.integerValue { return integer }
        if case .string(let text) = value, let integer = integer(text, base: base) { return integer }
        guard let float = try float(value) else { return nil }
        guard float.isFinite else { return nil }
        guard let integer = Int(exactly: float.rounded(.towardZero)) else {
            throw ChatTemplateError(.limit("an integer leaves the range of 64 bits"))
        }
        return integer
    }

    private static func integer(_ text: String, base: Int) -> Int? {
        guard base == 0 || (2...36).contains(base) else { return nil }
        var digits = text.stripped()
        let isNegative = digits.hasPrefix("-")
        if isNegative || digits.hasPrefix("+") { digits.removeFirst() }
        var radix = base
        for (prefix, prefixed) in [("0x", 16), ("0o", 8), ("0b", 2)]
        where digits.lowercased().hasPrefix(prefix) && (base == prefixed || base == 0) {
            digits.removeFirst(2)
            radix = prefixed
        }
        digits = plainDigits(digits)
        guard let first = digits.first, first.isHexDigit || first.isLetter else { return nil }
        return Int((isNegative ? "-" : "") + digits, radix: radix == 0 ? 10 : radix)
    }

    private static func float(_ value: TemplateValue) throws(ChatTemplateError) -> Double? {
        if case .undefined(let undefined) = value { throw undefined.error }
        if let number = value.floatValue { return number }
        guard case .string(let text) = value else { return nil }
        let digits = plainDigits(text.stripped())
        guard !digits.lowercased().hasPrefix("0x"), !digits.lowercased().dropFirst().hasPrefix("0x") else { return nil }
        return Double(digits)
    }

    /// Without the underscores that may stand between digits.
    private static func plainDigits(_ text: String) -> String {
        let scalars = Array(text.unicodeScalars)
        func isDigit(_ place: Int) -> Bool { scalars[safe: place]?.properties.isASCIIHexDigit ?? false }
        let kept = scalars.enumerated().filter { $1 != "_" || !isDigit($0 - 1) || !isDigit($0 + 1) }
        return String(String.UnicodeScalarView(kept.map(\.element)))
    }

    private static let round: Filter = { (value, arguments, _) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["precision", "method"], of: "round")
        let precision = try values[0].integer("round", default: 0)
        let method = try values[1].string("round", default: "common")
        guard let number = value.floatValue else {
            if case .undefined(let undefined) = value { throw undefined.error }
            throw ChatTemplateError(.failed("type \(value.typeName) doesn't define __round__ method"))
        }
        guard ["common", "ceil", "floor"].contains(method) else {
            throw ChatTemplateError(.failed("method must be common, ceil or floor"))
        }
        if method == "common" {
            if let integer = value.integerValue, precision >= 0 { return .integer(integer) }
            let rounded = rounded(number, to: precision)
            return value.integerValue == nil ? .float(rounded) : .integer(Int(exactly: rounded) ?? 0)
        }
        let scale = pow(10, Double(precision))
        return .float((number * scale).rounded(method == "ceil" ? .up : .down) / scale)
    }

    /// Python's `round`: the decimal nearest to the exact value, halves to even.
    private static func rounded(_ value: Double, to precision: Int) -> Double {
        guard value.isFinite, precision < 300 else { return value }
        if precision >= 0 { return Double(String(format: "%.\(precision)f", value)) ?? value }
        guard precision > -300 else { return 0 }
        let scale = pow(10, Double(-precision))
        return (value / scale).rounded(.toNearestOrEven) * scale
    }

    private static let sum: Filter = { (value, arguments, interpreter) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["attribute", "start"], of: "sum")
        var total = values[1] ?? .integer(0)
        if case .string = total { throw ChatTemplateError(.failed("sum() can't sum strings [use ''.join(seq) instead]")) }
        for element in try value.elements() {
            total = try interpreter.charged(try interpreter.calculate(.add, total, try attribute(values[0], of: element)))
        }
        return total
    }

    private static func fileSize(_ bytes: Double, binary: Bool) -> String {
        let base = binary ? 1024.0 : 1000.0
        if bytes == 1 { return "1 Byte" }
        if bytes < base { return "\(Int(bytes.rounded(.towardZero))) Bytes" }
        let prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"].map { binary ? $0.uppercased() + "iB" : $0 + "B" }
        var unit = base
        for prefix in prefixes.dropLast() {
            unit *= base
            if bytes < unit { return String(format: "%.1f ", base * bytes / unit) + prefix }
        }
        unit *= base
        return String(format: "%.1f ", base * bytes / unit) + prefixes[prefixes.count - 1]
    }
}
