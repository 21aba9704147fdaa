/// The functions every template knows.
enum TemplateGlobals {
    static func function(named name: String) -> TemplateObject? {
        guard let body = table[name] else { return nil }
        return TemplateFunction(name, body)
    }

    private typealias Body = @Sendable (TemplateArguments, TemplateInterpreter) throws(ChatTemplateError) -> TemplateValue

    private static let table: [String: Body] = [
        "range": { (arguments, interpreter) throws(ChatTemplateError) in try range(arguments, interpreter.limits) },
        "dict": { (arguments, _) throws(ChatTemplateError) in .dictionary(try dictionary(arguments)) },
        "namespace": { (arguments, _) throws(ChatTemplateError) in .object(try namespace(arguments)) },
        "cycler": { (arguments, _) throws(ChatTemplateError) in .object(try TemplateCycler(arguments.positional)) },
        "joiner": { (arguments, _) throws(ChatTemplateError) in
            .object(TemplateJoiner(try arguments.bound(to: ["sep"], of: "joiner")[0]?.text ?? ", "))
        },
        "raise_exception": { (arguments, _) throws(ChatTemplateError) in
            let message = try arguments.bound(to: ["message"], required: 1, of: "raise_exception")[0]
            throw ChatTemplateError(.raised(message?.text ?? ""))
        },
        "strftime_now": { (arguments, interpreter) throws(ChatTemplateError) in
            let format = try arguments.bound(to: ["format"], required: 1, of: "strftime_now")[0]
            return .string(interpreter.clock.formatted(try format.string("strftime_now", default: "")))
        },
        "lipsum": { (_, _) throws(ChatTemplateError) in
            throw ChatTemplateError(.forbidden("lipsum() makes random text, which no two renderings share"))
        },
    ]

    private static func range(_ arguments: TemplateArguments, _ limits: TemplateLimits) throws(ChatTemplateError) -> TemplateValue
    {
        let values = try arguments.bound(to: ["start", "stop", "step"], required: 1, of: "range")
        let first = try values[0].integer("range", default: 0)
        let hasStop = values[1] != nil
        let range = TemplateRange(
            from: hasStop ? first : 0, to: hasStop ? try values[1].integer("range", default: 0) : first,
            by: try values[2].integer("range", default: 1))
        guard let range else { throw ChatTemplateError(.failed("range() cannot count from, to or by these numbers")) }
        guard range.count <= limits.rangeElements else {
            throw ChatTemplateError(.limit("a range has more than \(limits.rangeElements) elements"))
        }
        return .object(range)
    }

    /// `dict(mapping or pairs, name=value, …)`.
    private static func dictionary(_ arguments: TemplateArguments) throws(ChatTemplateError) -> TemplateDictionary {
        guard arguments.positional.count <= 1 else { throw ChatTemplateError(.failed("dict() takes at most 1 argument")) }
        var pairs: [(key: TemplateValue, value: TemplateValue)] = []
        if case .dictionary(let dictionary)? = arguments.positional.first {
            pairs = zip(dictionary.keys, dictionary.values).map { (key: $0, value: $1) }
        } else if let source = arguments.positional.first {
            for element in try source.elements() {
                let pair = try element.elements()
                guard pair.count == 2 else { throw ChatTemplateError(.failed("dict() needs pairs")) }
                pairs.append((pair[0], pair[1]))
            }
        }
        return try TemplateDictionary(pairs + arguments.keyword.map { (key: .string($0.name), value: $0.value) })
    }

    private static func namespace(_ arguments: TemplateArguments) throws(ChatTemplateError) -> TemplateNamespace {
        let namespace = TemplateNamespace()
        let members = try dictionary(arguments)
        for (name, value) in zip(members.keys, members.values) { try namespace.set(name.text, to: value) }
        return namespace
    }
}

/// `cycler(a, b, …)`: hands out its values in turn.
final class TemplateCycler: TemplateObject {
    private let values: [TemplateValue]
    private var place = 0

    init(_ values: [TemplateValue]) throws(ChatTemplateError) {
        guard !values.isEmpty else { throw ChatTemplateError(.failed("at least one item has to be provided")) }
        self.values = values
    }

    override var typeName: String { "Cycler" }

    override func attribute(_ name: String) -> TemplateValue? {
        switch name {
        case "current": values[place]
        case "next":
            .object(
                TemplateFunction(name) { [self] (_, _) in
                    defer { place = (place + 1) % values.count }
                    return values[place]
                })
        case "reset":
            .object(
                TemplateFunction(name) { [self] (_, _) in
                    place = 0
                    return .none
                })
        default: nil
        }
    }
}

/// `joiner(sep)`: nothing at the first call, the separator at every later one.
final class TemplateJoiner: TemplateObject {
    private let separator: String
    private var isUsed = false

    init(_ separator: String) { self.separator = separator }

    override var typeName: String { "Joiner" }
    override var isCallable: Bool { true }

    override func call(_ arguments: TemplateArguments, in interpreter: TemplateInterpreter) -> TemplateValue {
        defer { isUsed = true }
        return .string(isUsed ? separator : "")
    }
}
