/// `json.dumps` as the filter `tojson` calls it: nothing escaped for HTML, ", " and ": " between members.
struct TemplateJSON {
    private let escapesNonASCII: Bool
    private let sortsKeys: Bool
    private let indent: String?
    private let itemSeparator: String
    private let keySeparator: String
    private let limits: TemplateLimits
    private var text = ""

    static func text(
        of value: TemplateValue, _ arguments: TemplateArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> String {
        var json = try TemplateJSON(arguments, interpreter.limits)
        try interpreter.charge(bytes: json.indent?.utf8.count ?? 0)
        try json.write(value, level: 0)
        return json.text
    }

    private init(_ arguments: TemplateArguments, _ limits: TemplateLimits) throws(ChatTemplateError) {
        let values = try arguments.bound(to: ["ensure_ascii", "indent", "separators", "sort_keys"], of: "tojson")
        escapesNonASCII = values[0].isTrue()
        sortsKeys = values[3].isTrue()
        self.limits = limits
        if case .string(let text)? = values[1] {
            indent = text
        } else if let width = try values[1].unlessNone.map({ (value) throws(ChatTemplateError) in
            try Optional(value).integer("tojson", default: 0)
        }) {
            guard width <= 1000 else { throw ChatTemplateError(.limit("tojson indents by more than 1000 spaces")) }
            indent = String(repeating: " ", count: max(0, width))
        } else {
            indent = nil
        }
        guard let separators = values[2].unlessNone else {
            itemSeparator = indent == nil ? ", " : ","
            keySeparator = ": "
            return
        }
        let pair = try separators.elements()
        guard pair.count == 2 else { throw ChatTemplateError(.failed("tojson() needs two separators")) }
        itemSeparator = try Optional(pair[0]).string("tojson", default: "")
        keySeparator = try Optional(pair[1]).string("tojson", default: "")
    }

    private mutating func write(_ value: TemplateValue, level: Int) throws(ChatTemplateError) {
        guard level < limits.evaluationDepth, text.utf8.count <= limits.outputBytes else {
            throw ChatTemplateError(.limit("tojson meets a value too deep or too large"))
        }
        switch value {
        case .none: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .float(let value): text += Self.number(value)
        case .string(let value): write(value)
        case .list(let elements), .tuple(let elements): try write(elements, level: level)
        case .object(let object as TemplateGroup): try write(try TemplateValue.object(object).elements(), level: level)
        case .dictionary(let dictionary): try write(dictionary, level: level)
        case .undefined, .object:
            throw ChatTemplateError(.failed("Object of type \(value.typeName) is not JSON serializable"))
        }
    }

    private static func number(_ value: Double) -> String {
        guard value.isFinite else { return value.isNaN ? "NaN" : value < 0 ? "-Infinity" : "Infinity" }
        return value.pythonRepresentation
    }

    private mutating func write(_ elements: [TemplateValue], level: Int) throws(ChatTemplateError) {
        text += "["
        for (place, element) in elements.enumerated() {
            if place > 0 { text += itemSeparator }
            breakLine(level + 1)
            try write(element, level: level + 1)
        }
        if !elements.isEmpty { breakLine(level) }
        text += "]"
    }

    private mutating func write(_ dictionary: TemplateDictionary, level: Int) throws(ChatTemplateError) {
        var pairs = Array(zip(dictionary.keys, dictionary.values))
        if sortsKeys {
            let places = try TemplateValue.sorted(
                pairs.indices.map { .integer($0) },
                by: { (place) throws(ChatTemplateError) in pairs[place.integerValue ?? 0].0 }, reversed: false)
            pairs = places.map { pairs[$0.integerValue ?? 0] }
        }
        text += "{"
        for (place, (key, value)) in pairs.enumerated() {
            if place > 0 { text += itemSeparator }
            breakLine(level + 1)
            write(try Self.name(key))
            text += keySeparator
            try write(value, level: level + 1)
        }
        if !pairs.isEmpty { breakLine(level) }
        text += "}"
    }

    private static func name(_ key: TemplateValue) throws(ChatTemplateError) -> String {
        switch key {
        case .string(let name): return name
        case .bool(let value): return value ? "true" : "false"
        case .integer(let value): return String(value)
        case .float(let value): return number(value)
        case .none: return "null"
        default: throw ChatTemplateError(.failed("keys must be str, int, float, bool or None, not \(key.typeName)"))
        }
    }

    private mutating func breakLine(_ level: Int) {
        guard let indent else { return }
        text += "\n"
        for _ in 0..<level { text += indent }
    }

    private mutating func write(_ value: String) {
        text += "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{08}": text += "\\b"
            case "\u{0C}": text += "\\f"
            case "\u{00}"..<" ": text += "\\u" + scalar.value.hexadecimal(digits: 4)
            default:
                if escapesNonASCII, scalar > "~" {
                    for unit in String(scalar).utf16 { text += "\\u" + unit.hexadecimal(digits: 4) }
                } else {
                    text.unicodeScalars.append(scalar)
                }
            }
        }
        text += "\""
    }
}
