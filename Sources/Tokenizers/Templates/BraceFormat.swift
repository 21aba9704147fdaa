/// Python's `str.format`: `{}`, `{0}`, `{name}`, `{0.attribute[key]!r:>10.2f}`.
struct BraceFormat {
    private let arguments: TemplateArguments
    private let interpreter: TemplateInterpreter
    private let scalars: [Unicode.Scalar]
    private var automatic = 0
    private var nesting = 0

    init(_ format: String, _ arguments: TemplateArguments, in interpreter: TemplateInterpreter) {
        scalars = Array(format.unicodeScalars)
        self.arguments = arguments
        self.interpreter = interpreter
    }

    func text() throws(ChatTemplateError) -> String {
        var copy = self
        return try copy.expanded(scalars[...])
    }

    private mutating func expanded(_ format: ArraySlice<Unicode.Scalar>) throws(ChatTemplateError) -> String {
        nesting += 1
        defer { nesting -= 1 }
        guard nesting <= 2 else { throw ChatTemplateError(.failed("Max string recursion exceeded")) }
        var result = ""
        var rest = format
        while let scalar = rest.popFirst() {
            switch scalar {
            case "{" where rest.first == "{", "}" where rest.first == "}":
                rest.removeFirst()
                result.unicodeScalars.append(scalar)
            case "{":
                guard let end = Self.fieldEnd(rest) else { throw ChatTemplateError(.failed("expected '}' before end of string")) }
                result += try field(rest[..<end])
                try interpreter.check(size: result.utf8.count)
                rest = rest[(end + 1)...]
            case "}": throw ChatTemplateError(.failed("Single '}' encountered in format string"))
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }

    private static func fieldEnd(_ text: ArraySlice<Unicode.Scalar>) -> Int? {
        var depth = 0
        for place in text.indices {
            if text[place] == "{" { depth += 1 }
            if text[place] == "}" {
                if depth == 0 { return place }
                depth -= 1
            }
        }
        return nil
    }

    private mutating func field(_ field: ArraySlice<Unicode.Scalar>) throws(ChatTemplateError) -> String {
        let nameEnd = field.firstIndex { $0 == "!" || $0 == ":" } ?? field.endIndex
        var value = try self.value(named: field[..<nameEnd])
        var rest = field[nameEnd...]
        if rest.first == "!" {
            let code = rest.dropFirst().first
            guard code == "r" || code == "s" || code == "a" else {
                throw ChatTemplateError(.failed("unknown conversion in format string"))
            }
            value = .string(code == "s" ? value.text : value.representation)
            rest = rest.dropFirst(2)
        }
        guard rest.first == ":" else { return value.text }
        return try Self.text(of: value, as: try expanded(rest.dropFirst()), in: interpreter)
    }

    private mutating func value(named name: ArraySlice<Unicode.Scalar>) throws(ChatTemplateError) -> TemplateValue {
        let headEnd = name.firstIndex { $0 == "." || $0 == "[" } ?? name.endIndex
        var value = try argument(Self.string(name[..<headEnd]))
        var rest = name[headEnd...]
        while let opening = rest.popFirst() {
            if opening == "." {
                let part = rest.prefix { $0 != "." && $0 != "[" }
                rest = rest.dropFirst(part.count)
                value = try value.attribute(Self.string(part))
            } else {
                guard opening == "[", let end = rest.firstIndex(of: "]") else {
                    throw ChatTemplateError(.failed("Missing ']' in format string"))
                }
                let key = Self.string(rest[..<end])
                rest = rest[(end + 1)...]
                value = try value.item(Int(key).map { .integer($0) } ?? .string(key))
            }
        }
        return value
    }

    private mutating func argument(_ name: String) throws(ChatTemplateError) -> TemplateValue {
        if name.isEmpty { automatic += 1 }
        if let place = name.isEmpty ? automatic - 1 : Int(name) {
            guard let value = arguments.positional[safe: place] else {
                throw ChatTemplateError(.failed("Replacement index \(place) out of range for positional args tuple"))
            }
            return value
        }
        guard let value = arguments.keyword.last(where: { $0.name == name })?.value else {
            throw ChatTemplateError(.failed("format() misses the argument '\(name)'"))
        }
        return value
    }

    private static func string(_ scalars: ArraySlice<Unicode.Scalar>) -> String { String(String.UnicodeScalarView(scalars)) }

    // MARK: Format specifications

    private static func text(
        of value: TemplateValue, as specification: String, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> String {
        guard !specification.isEmpty else { return value.text }
        var (format, code) = try parsed(specification)
        try interpreter.charge(bytes: format.width + (format.precision ?? 0))
        let text: String?
        switch value {
        case .string(let string):
            guard format.alignment != "=" || format.fill == "0" else {
                throw ChatTemplateError(.failed("'=' alignment not allowed in string format specifier"))
            }
            if format.alignment == "=" { format.alignment = "<" }
            text = code == nil || code == "s" ? format.text(string) : nil
        case .bool, .integer: text = Self.text(of: value, format, code: code ?? "d")
        case .float(let float): text = format.float(float, code: code)
        case .undefined, .none, .list, .tuple, .dictionary, .object: text = nil
        }
        guard let text else {
            throw ChatTemplateError(.failed("'\(specification)' is no format for a value of type \(value.typeName)"))
        }
        return text
    }

    /// An integer with any of the codes for numbers, or as the character it numbers.
    private static func text(of value: TemplateValue, _ format: NumberFormat, code: Character) -> String? {
        if "eEfFgG%".contains(code) { return value.floatValue.flatMap { format.float($0, code: code) } }
        guard code == "c" else { return value.integerValue.flatMap { format.integer($0, code: code) } }
        return value.integerValue.flatMap { UInt32(exactly: $0) }.flatMap { Unicode.Scalar($0) }.map { format.text(String($0)) }
    }

    private static func parsed(_ specification: String) throws(ChatTemplateError) -> (NumberFormat, Character?) {
        var format = NumberFormat()
        var rest = Array(specification.unicodeScalars)[...]
        func isAlignment(_ scalar: Unicode.Scalar?) -> Bool { scalar.map { "<>^=".unicodeScalars.contains($0) } ?? false }
        func takeNumber() throws(ChatTemplateError) -> Int? {
            let digits = rest.prefix { ("0"..."9").contains($0) }
            rest = rest.dropFirst(digits.count)
            guard digits.count < 10 else { throw ChatTemplateError(.limit("a width is too large")) }
            return Int(string(digits))
        }
        if isAlignment(rest.dropFirst().first), let fill = rest.popFirst() { format.fill = String(fill) }
        if isAlignment(rest.first) { format.alignment = rest.popFirst().map { Character($0) } }
        if let sign = rest.first, "+- ".unicodeScalars.contains(sign) {
            rest.removeFirst()
            format.plus = sign == "-" ? nil : Character(sign)
        }
        if rest.first == "#" {
            rest.removeFirst()
            format.isAlternate = true
        }
        if rest.first == "0", format.alignment == nil { (format.fill, format.alignment) = ("0", "=") }
        format.width = try takeNumber() ?? 0
        if let grouping = rest.first, grouping == "," || grouping == "_" {
            format.grouping = rest.popFirst().map { Character($0) }
        }
        if rest.first == "." {
            rest.removeFirst()
            format.precision = try takeNumber()
        }
        let code = rest.popFirst().map { Character($0) }
        guard rest.isEmpty else { throw ChatTemplateError(.failed("Invalid format specifier '\(specification)'")) }
        return (format, code)
    }
}
