/// What may stand after `|`.
enum TemplateFilters {
    typealias Filter =
        @Sendable (TemplateValue, TemplateArguments, TemplateInterpreter) throws(ChatTemplateError) -> TemplateValue

    static let table: [String: Filter] = general.merging(texts) { $1 }.merging(numbers) { $1 }
        .merging(sequences) { $1 }.merging(selections) { $1 }

    private static let general: [String: Filter] = [
        "default": standard,
        "d": standard,
        "tojson": { (value, arguments, interpreter) throws(ChatTemplateError) in
            .string(try TemplateJSON.text(of: value, arguments, in: interpreter))
        },
        "string": plain("string") { (value) in .string(value.text) },
        // Chat templates do not escape, so marking a text as safe changes nothing.
        "safe": plain("safe") { (value) in .string(value.text) },
        "attr": { (value, arguments, _) throws(ChatTemplateError) in
            let name = try arguments.bound(to: ["name"], required: 1, of: "attr")[0].string("attr", default: "")
            if case .undefined(let undefined) = value { throw undefined.error }
            return try value.pythonAttribute(name) ?? .undefined(.attribute(name, of: value))
        },
        "length": length,
        "count": length,
        "random": { (_, _, _) throws(ChatTemplateError) in
            throw ChatTemplateError(.forbidden("the filter 'random' gives no two renderings the same text"))
        },
    ]

    private static let standard: Filter = { (value, arguments, _) throws(ChatTemplateError) in
        let values = try arguments.bound(to: ["default_value", "boolean"], of: "default")
        return value.isUndefined || (values[1].isTrue() && !value.isTrue) ? values[0] ?? .string("") : value
    }

    /// A filter without arguments.
    static func plain(
        _ name: String, _ body: @escaping @Sendable (TemplateValue) throws(ChatTemplateError) -> TemplateValue
    ) -> Filter {
        { (value, arguments, _) throws(ChatTemplateError) in
            _ = try arguments.bound(to: [], of: name)
            return try body(value)
        }
    }

    private static let length = plain("length") { (value) throws(ChatTemplateError) in
        guard let length = try value.length() else {
            throw ChatTemplateError(.failed("object of type '\(value.typeName)' has no len()"))
        }
        return .integer(length)
    }

    /// Reads an attribute path such as "function.name" or "0.text"; nil gives the value itself.
    static func attribute(
        _ path: TemplateValue?, of value: TemplateValue, default fallback: TemplateValue? = nil
    ) throws(ChatTemplateError) -> TemplateValue {
        guard let path = path.unlessNone else { return value }
        guard case .string(let text) = path else { return try value.item(path) }
        var value = value
        for part in text.parts(at: ".") {
            let isPlace = !part.isEmpty && part.utf8.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            value = try value.item(isPlace ? Int(part).map { .integer($0) } ?? .string(part) : .string(part))
            if value.isUndefined, let fallback { value = fallback }
        }
        return value
    }

    /// Strings in lower case, everything else as it is: the key of comparisons that ignore case.
    static func ignoringCase(_ value: TemplateValue, unless caseSensitive: Bool) -> TemplateValue {
        if !caseSensitive, case .string(let text) = value { return .string(text.pythonLowercased) }
        return value
    }
}
