/// Tokens inside `{{ }}` and `{% %}`.
extension TemplateLexer {
    private static let longSymbols: Set<String> = ["//", "**", "==", "!=", ">=", "<="]
    private static let symbols: Set<Unicode.Scalar> = [
        "+", "-", "/", "*", "%", "~", "[", "]", "(", ")", "{", "}", ">", "<", "=", ".", ":", "|", ",", ";",
    ]
    private static let closers: [Unicode.Scalar: Unicode.Scalar] = ["(": ")", "[": "]", "{": "}"]

    /// The next token, or nil for whitespace; keeps `brackets`, the closing brackets still owed.
    mutating func codeToken(_ brackets: inout [Unicode.Scalar]) throws(ChatTemplateError) -> TemplateToken? {
        let scalar = source[position]
        let startLine = line
        if scalar.isPythonSpace {
            if scalar == "\n" { line += 1 }
            position += 1
            return nil
        }
        let kind: TemplateToken.Kind
        if isDigit(position) {
            kind = try number()
        } else if scalar == "_" || scalar.properties.isXIDStart {
            kind = name()
        } else if scalar == "'" || scalar == "\"" {
            kind = .string(try string(quote: scalar))
        } else {
            kind = .symbol(try symbol(&brackets))
        }
        return TemplateToken(kind: kind, line: startLine)
    }

    private mutating func name() -> TemplateToken.Kind {
        let start = position
        while position < source.count, source[position].properties.isXIDContinue { position += 1 }
        return .name(text(start..<position))
    }

    private mutating func symbol(_ brackets: inout [Unicode.Scalar]) throws(ChatTemplateError) -> String {
        let scalar = source[position]
        if position + 1 < source.count {
            let pair = text(position..<position + 2)
            if Self.longSymbols.contains(pair) {
                position += 2
                return pair
            }
        }
        guard Self.symbols.contains(scalar) else { throw failure("unexpected character '\(scalar)'") }
        if let closer = Self.closers[scalar] {
            brackets.append(closer)
        } else if Self.closers.values.contains(scalar) {
            guard let owed = brackets.popLast() else { throw failure("unexpected '\(scalar)'") }
            guard owed == scalar else { throw failure("unexpected '\(scalar)', expected '\(owed)'") }
        }
        position += 1
        return String(scalar)
    }

    // MARK: Numbers

    private func isDigit(_ place: Int) -> Bool { place < source.count && ("0"..."9").contains(source[place]) }

    /// An integer (decimal, `0x`, `0o`, `0b`) or a float; underscores may stand between digits.
    private mutating func number() throws(ChatTemplateError) -> TemplateToken.Kind {
        let start = position
        if let radix = prefixedRadix() { return try prefixedInteger(radix) }
        skipDigits()
        let wholeEnd = position
        let followsDot = start > 0 && source[start - 1] == "."
        if !followsDot {
            if position < source.count, source[position] == ".", isDigit(position + 1) {
                position += 1
                skipDigits()
            }
            skipExponent()
        }
        let digits = text(start..<position).filter { $0 != "_" }
        if position > wholeEnd {
            guard let value = Double(digits) else { throw failure("'\(digits)' is not a number") }
            return .float(value)
        }
        guard digits.first != "0" || digits.allSatisfy({ $0 == "0" }) else {
            throw failure("the number '\(digits)' starts with a zero")
        }
        guard let value = Int(digits) else { throw failure("the integer \(digits) is too large") }
        return .integer(value)
    }

    private func prefixedRadix() -> Int? {
        guard source[position] == "0", position + 2 < source.count else { return nil }
        let radix: Int
        switch source[position + 1] {
        case "x", "X": radix = 16
        case "o", "O": radix = 8
        case "b", "B": radix = 2
        default: return nil
        }
        return isDigit(position + 2, radix: radix) ? radix : nil
    }

    private func isDigit(_ place: Int, radix: Int) -> Bool {
        place < source.count && source[place].isASCII
            && Character(source[place]).hexDigitValue.map { $0 < radix } ?? false
    }

    private mutating func prefixedInteger(_ radix: Int) throws(ChatTemplateError) -> TemplateToken.Kind {
        position += 2
        let start = position
        while isDigit(position, radix: radix) || (source[safe: position] == "_" && isDigit(position + 1, radix: radix)) {
            position += 1
        }
        let digits = text(start..<position).filter { $0 != "_" }
        guard let value = Int(digits, radix: radix) else { throw failure("the integer \(digits) is too large") }
        return .integer(value)
    }

    private mutating func skipDigits() {
        while isDigit(position) || (source[safe: position] == "_" && isDigit(position + 1)) { position += 1 }
    }

    private mutating func skipExponent() {
        guard source[safe: position] == "e" || source[safe: position] == "E" else { return }
        let hasSign = source[safe: position + 1] == "+" || source[safe: position + 1] == "-"
        let digits = position + (hasSign ? 2 : 1)
        guard isDigit(digits) else { return }
        position = digits
        skipDigits()
    }

    // MARK: Strings

    private mutating func string(quote: Unicode.Scalar) throws(ChatTemplateError) -> String {
        var value = String.UnicodeScalarView()
        let startLine = line
        position += 1
        while position < source.count {
            let scalar = source[position]
            position += 1
            if scalar == quote { return String(value) }
            if scalar == "\n" { line += 1 }
            if scalar == "\\" { try escape(into: &value) } else { value.append(scalar) }
        }
        throw ChatTemplateError(.syntax("a string is not closed with \(quote)"), line: startLine)
    }

    /// The escapes of Python; an unknown one stays as it is, backslash included.
    private mutating func escape(into value: inout String.UnicodeScalarView) throws(ChatTemplateError) {
        guard position < source.count else { return }
        let letter = source[position]
        position += 1
        switch letter {
        case "\n": line += 1
        case "\\", "'", "\"": value.append(letter)
        case "n": value.append("\n")
        case "t": value.append("\t")
        case "r": value.append("\r")
        case "a": value.append("\u{07}")
        case "b": value.append("\u{08}")
        case "f": value.append("\u{0C}")
        case "v": value.append("\u{0B}")
        case "x": value.append(try coded(radix: 16, digits: 2, exactly: true))
        case "u": value.append(try coded(radix: 16, digits: 4, exactly: true))
        case "U": value.append(try coded(radix: 16, digits: 8, exactly: true))
        case "N": throw failure("characters by name (\\N{…}) are not supported; write \\uXXXX")
        case "0"..."7":
            position -= 1
            value.append(try coded(radix: 8, digits: 3, exactly: false))
        default:
            value.append("\\")
            value.append(letter)
        }
    }

    private mutating func coded(radix: Int, digits: Int, exactly: Bool) throws(ChatTemplateError) -> Unicode.Scalar {
        let start = position
        while position < start + digits, isDigit(position, radix: radix) { position += 1 }
        let digitsFound = text(start..<position)
        guard !exactly || position == start + digits, let code = UInt32(digitsFound, radix: radix),
            let scalar = Unicode.Scalar(code)
        else { throw failure("the escape for '\(digitsFound)' names no character") }
        return scalar
    }
}

extension Array {
    subscript(safe place: Int) -> Element? { indices.contains(place) ? self[place] : nil }
}

extension Unicode.Scalar {
    /// What Python's `str.isspace` and `\s` take for whitespace.
    var isPythonSpace: Bool {
        switch value {
        case 0x09...0x0D, 0x1C...0x20, 0x85, 0xA0, 0x1680, 0x2000...0x200A, 0x2028, 0x2029, 0x202F, 0x205F, 0x3000: true
        default: false
        }
    }
}
