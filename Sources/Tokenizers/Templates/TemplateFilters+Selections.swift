/// Filters that apply another filter or a test to each element: `map`, `select` and their like.
///
/// They give generators: elements are made as they are asked for, and only once.
extension TemplateFilters {
    static let selections: [String: Filter] = [
        "map": map,
        "select": { (value, arguments, interpreter) throws(ChatTemplateError) in
            try selected(value, arguments, interpreter, keeping: true, path: nil)
        },
        "reject": { (value, arguments, interpreter) throws(ChatTemplateError) in
            try selected(value, arguments, interpreter, keeping: false, path: nil)
        },
        "selectattr": { (value, arguments, interpreter) throws(ChatTemplateError) in
            try selectedByAttribute(value, arguments, interpreter, keeping: true)
        },
        "rejectattr": { (value, arguments, interpreter) throws(ChatTemplateError) in
            try selectedByAttribute(value, arguments, interpreter, keeping: false)
        },
    ]

    /// The elements of a value, fetched when the first one is asked for; a false value has none.
    private static func lazily(
        _ value: TemplateValue,
        _ transform: @escaping (TemplateValue) throws(ChatTemplateError) -> TemplateValue?
    ) -> TemplateValue {
        var source: TemplateIterator?
        let iterator = TemplateIterator { () throws(ChatTemplateError) in
            if source == nil {
                guard value.isTrue else { return nil }
                guard let iterator = value.iterator() else {
                    throw ChatTemplateError(.failed("'\(value.typeName)' object is not iterable"))
                }
                source = iterator
            }
            while let element = try source?.next() {
                if let result = try transform(element) { return result }
            }
            return nil
        }
        return .object(TemplateGenerator(iterator))
    }

    private static let map: Filter = { (value, arguments, interpreter) throws(ChatTemplateError) in
        if arguments.positional.isEmpty, let path = arguments.keyword.first(where: { $0.name == "attribute" })?.value {
            let unknown = arguments.keyword.first { $0.name != "attribute" && $0.name != "default" }
            let fallback = arguments.keyword.first { $0.name == "default" }?.value
            return lazily(value) { (element) throws(ChatTemplateError) in
                if let unknown { throw ChatTemplateError(.failed("Unexpected keyword argument '\(unknown.name)'")) }
                return try attribute(path, of: element, default: fallback.unlessNone)
            }
        }
        let name = arguments.positional.first
        let rest = arguments.dropFirst()
        return lazily(value) { [unowned interpreter] (element) throws(ChatTemplateError) in
            guard let name else { throw ChatTemplateError(.failed("map requires a filter argument")) }
            return try interpreter.filter(name.text, element, rest)
        }
    }

    private static func selectedByAttribute(
        _ value: TemplateValue, _ arguments: TemplateArguments, _ interpreter: TemplateInterpreter, keeping: Bool
    ) throws(ChatTemplateError) -> TemplateValue {
        guard let path = arguments.positional.first else {
            return lazily(value) { (_) throws(ChatTemplateError) in
                throw ChatTemplateError(.failed("Missing parameter for attribute name"))
            }
        }
        return try selected(value, arguments.dropFirst(), interpreter, keeping: keeping, path: path)
    }

    private static func selected(
        _ value: TemplateValue, _ arguments: TemplateArguments, _ interpreter: TemplateInterpreter, keeping: Bool,
        path: TemplateValue?
    ) throws(ChatTemplateError) -> TemplateValue {
        let name = arguments.positional.first
        let rest = arguments.dropFirst()
        return lazily(value) { [unowned interpreter] (element) throws(ChatTemplateError) in
            let tested = try attribute(path, of: element)
            let holds = if let name { try interpreter.test(name.text, tested, rest) } else { tested.isTrue }
            return holds == keeping ? element : nil
        }
    }
}
