/// Python's `format % values`.
struct PercentFormat {
    private let values: [TemplateValue]
    private let named: TemplateDictionary?
    /// A single value that is neither tuple nor dictionary must be used; a dictionary need not be.
    private let mayLeaveValues: Bool
    private let interpreter: TemplateInterpreter
    private var scalars: ArraySlice<Unicode.Scalar>
    private var used = 0
    private var result = ""

    init(_ format: String, _ argument: TemplateValue, in interpreter: TemplateInterpreter) throws(ChatTemplateError) {
        scalars = Array(format.unicodeScalars)[...]
        self.interpreter = interpreter
        if case .tuple(let elements) = argument { values = elements } else { values = [argument] }
        if case .dictionary(let dictionary) = argument { named = dictionary } else { named = nil }
        if case .list = argument { mayLeaveValues = true } else { mayLeaveValues = named != nil }
    }

    func text() throws(ChatTemplateError) -> String {
        var copy = self
        try copy.run()
        return copy.result
    }

    private mutating func run() throws(ChatTemplateError) {
        while let scalar = scalars.popFirst() {
            if scalar != "%" {
                result.unicodeScalars.append(scalar)
            } else if scalars.first == "%" {
                scalars.removeFirst()
                result += "%"
            } else {
                try field()
            }
        }
        guard used == values.count || mayLeaveValues else {
            throw ChatTemplateError(.failed("not all arguments converted during string formatting"))
        }
    }

    private mutating func field() throws(ChatTemplateError) {
        let key = try key()
        var format = flags()
        format.width = try number() ?? 0
        if format.width < 0 { (format.width, format.alignment) = (-format.width, "<") }
        if scalars.first == "." {
            scalars.removeFirst()
            format.precision = max(0, try number() ?? 0)
        }
        try interpreter.charge(bytes: format.width + min(format.precision ?? 0, 1 << 30))
        while let letter = scalars.first, "hlL".unicodeScalars.contains(letter) { scalars.removeFirst() }
        guard let code = scalars.popFirst() else { throw ChatTemplateError(.failed("incomplete format")) }
        if code == "%" { return result += "%" }
        let value = if let key { try named?.value(of: .string(key)) } else { try nextValue() }
        guard let value else { throw ChatTemplateError(.failed("the format names a key that is not there")) }
        result += try Self.convert(value, code: Character(code), format)
    }

    private mutating func key() throws(ChatTemplateError) -> String? {
        guard scalars.first == "(" else { return nil }
        guard let end = scalars.firstIndex(of: ")"), named != nil else {
            throw ChatTemplateError(.failed("format requires a mapping"))
        }
        let key = String(String.UnicodeScalarView(scalars[scalars.startIndex + 1..<end]))
        scalars = scalars[(end + 1)...]
        return key
    }

    private mutating func flags() -> NumberFormat {
        var format = NumberFormat()
        while let flag = scalars.first, "-+ #0".unicodeScalars.contains(flag) {
            scalars.removeFirst()
            switch flag {
            case "-": format.alignment = "<"
            case "+": format.plus = "+"
            case " ": format.plus = format.plus ?? " "
            case "#": format.isAlternate = true
            default:
                if format.alignment == nil { (format.alignment, format.fill) = ("=", "0") }
            }
        }
        if format.alignment == "<" { format.fill = " " }
        return format
    }

    /// Digits, or `*` for the next value.
    private mutating func number() throws(ChatTemplateError) -> Int? {
        if scalars.first == "*" {
            scalars.removeFirst()
            return try Optional(try nextValue()).integer("%", default: 0)
        }
        let digits = scalars.prefix { ("0"..."9").contains($0) }
        scalars = scalars.dropFirst(digits.count)
        guard !digits.isEmpty else { return nil }
        guard let value = Int(String(String.UnicodeScalarView(digits))) else {
            throw ChatTemplateError(.limit("a width is too large"))
        }
        return value
    }

    private mutating func nextValue() throws(ChatTemplateError) -> TemplateValue {
        guard used < values.count else { throw ChatTemplateError(.failed("not enough arguments for format string")) }
        used += 1
        return values[used - 1]
    }

    private static func convert(_ value: TemplateValue, code: Character, _ format: NumberFormat) throws(ChatTemplateError)
        -> String
    {
        var plain = format
        if plain.alignment == "=" { (plain.alignment, plain.fill) = (nil, " ") }
        plain.alignment = plain.alignment ?? ">"
        switch code {
        case "s": return plain.text(value.text)
        case "r", "a": return plain.text(value.representation)
        case "c":
            if let code = value.integerValue.flatMap({ UInt32(exactly: $0) }), let scalar = Unicode.Scalar(code) {
                return plain.text(String(scalar))
            }
            if case .string(let text) = value, text.unicodeScalars.count == 1 { return plain.text(text) }
        case "d", "i", "u", "x", "X", "o":
            let truncated: Int? =
                if case .float(let float) = value, "diu".contains(code) { Int(exactly: float.rounded(.towardZero)) } else {
                    value.integerValue
                }
            if let truncated, let text = format.integer(truncated, code: code) { return text }
        default:
            if let number = value.floatValue, let text = format.float(number, code: code) { return text }
        }
        if case .undefined(let undefined) = value { throw undefined.error }
        throw ChatTemplateError(.failed("%\(code) cannot format a value of type \(value.typeName)"))
    }
}
