/// A value with identity or behaviour: namespaces, loops, macros, functions, generators and views.
class TemplateObject {
    var typeName: String { "object" }
    /// The type's name with its Python module, as errors about missing attributes give it.
    var qualifiedName: String { typeName }
    var isTrue: Bool { true }
    var isCallable: Bool { false }
    var representation: String { "<\(typeName) object>" }

    func length() throws(ChatTemplateError) -> Int? { nil }
    func iterator() -> TemplateIterator? { nil }
    func attribute(_ name: String) throws(ChatTemplateError) -> TemplateValue? { nil }
    /// `self[key]`; nil when there is no such element.
    func item(_ key: TemplateValue) throws(ChatTemplateError) -> TemplateValue? { nil }
    /// Whether `len` and `[]` both work, which is what the test `sequence` asks.
    var isSequence: Bool { false }

    func call(
        _ arguments: TemplateArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> TemplateValue {
        throw ChatTemplateError(.failed("'\(typeName)' object is not callable"))
    }
}

/// `namespace(…)`: the one value whose attributes a template may set.
final class TemplateNamespace: TemplateObject {
    private var names: [String] = []
    private var values: [TemplateValue] = []

    override var typeName: String { "Namespace" }
    override var qualifiedName: String { "transformers.utils.chat_template_utils.TemplateNamespace" }

    override var representation: String {
        let members = zip(names, values).map { "\($0.pythonRepresentation): \($1.representation)" }
        return "<Namespace {\(members.joined(separator: ", "))}>"
    }

    override func attribute(_ name: String) -> TemplateValue? {
        names.firstIndex { $0.hasSameBytes(as: name) }.map { values[$0] }
    }

    func set(_ name: String, to value: TemplateValue) throws(ChatTemplateError) {
        guard !name.hasPrefix("_") else {
            throw ChatTemplateError(
                .forbidden("a namespace takes no attribute that starts with an underscore, such as \(name.pythonRepresentation)"))
        }
        if let place = names.firstIndex(where: { $0.hasSameBytes(as: name) }) {
            values[place] = value
        } else {
            names.append(name)
            values.append(value)
        }
    }
}

/// A function of the language: a global, or a method together with the value it belongs to.
final class TemplateFunction: TemplateObject {
    typealias Body = (TemplateArguments, TemplateInterpreter) throws(ChatTemplateError) -> TemplateValue

    let name: String
    private let body: Body

    init(_ name: String, _ body: @escaping Body) {
        self.name = name
        self.body = body
    }

    override var typeName: String { "builtin_function_or_method" }
    override var isCallable: Bool { true }
    override var representation: String { "<built-in function \(name)>" }

    override func call(
        _ arguments: TemplateArguments, in interpreter: TemplateInterpreter
    ) throws(ChatTemplateError) -> TemplateValue {
        try body(arguments, interpreter)
    }
}

/// What `map`, `select` and their like give: elements made on demand, once.
final class TemplateGenerator: TemplateObject {
    private let source: TemplateIterator

    init(_ source: TemplateIterator) { self.source = source }

    override var typeName: String { "generator" }
    override func iterator() -> TemplateIterator { source }
}

/// The result of `keys()`, `values()` or `items()`: countable and iterable, but without places.
final class TemplateView: TemplateObject {
    enum Kind: String {
        case keys = "dict_keys"
        case values = "dict_values"
        case items = "dict_items"
    }

    private let kind: Kind
    private let elements: [TemplateValue]

    init(_ kind: Kind, of dictionary: TemplateDictionary) {
        self.kind = kind
        switch kind {
        case .keys: elements = dictionary.keys
        case .values: elements = dictionary.values
        case .items: elements = dictionary.pairs
        }
    }

    override var typeName: String { kind.rawValue }
    override var isTrue: Bool { !elements.isEmpty }
    override var representation: String { "\(kind.rawValue)(\(TemplateValue.list(elements).representation))" }
    override func length() -> Int? { elements.count }
    override func iterator() -> TemplateIterator { TemplateIterator(elements: elements) }
}

/// One group of `groupby`: a pair whose halves also have names.
final class TemplateGroup: TemplateObject {
    private let pair: [TemplateValue]

    init(key: TemplateValue, members: [TemplateValue]) { pair = [key, .list(members)] }

    override var typeName: String { "tuple" }
    override var isSequence: Bool { true }
    override var representation: String { TemplateValue.tuple(pair).representation }
    override func length() -> Int? { 2 }
    override func iterator() -> TemplateIterator { TemplateIterator(elements: pair) }

    override func attribute(_ name: String) -> TemplateValue? {
        switch name {
        case "grouper": pair[0]
        case "list": pair[1]
        default: nil
        }
    }

    override func item(_ key: TemplateValue) -> TemplateValue? {
        key.integerValue.flatMap { pair[safe: $0 < 0 ? $0 + 2 : $0] }
    }
}

/// `range(…)`: an arithmetic progression that is never written out.
final class TemplateRange: TemplateObject {
    let start: Int
    let stop: Int
    let step: Int
    let count: Int

    private static let countable = -Int.max / 4...Int.max / 4

    /// Nil when `step` is zero or the bounds lie too far apart to count.
    init?(from start: Int, to stop: Int, by step: Int) {
        guard step != 0, Self.countable.contains(start), Self.countable.contains(stop), Self.countable.contains(step) else {
            return nil
        }
        self.start = start
        self.stop = stop
        self.step = step
        count = max(0, step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step)
    }

    override var typeName: String { "range" }
    override var isTrue: Bool { count > 0 }
    override var isSequence: Bool { true }
    override var representation: String { step == 1 ? "range(\(start), \(stop))" : "range(\(start), \(stop), \(step))" }
    override func length() -> Int? { count }

    override func iterator() -> TemplateIterator {
        var place = 0
        return TemplateIterator { [self] () throws(ChatTemplateError) in
            guard place < count else { return nil }
            place += 1
            return .integer(start + (place - 1) * step)
        }
    }

    override func item(_ key: TemplateValue) -> TemplateValue? {
        guard let index = key.integerValue else { return nil }
        let place = index < 0 ? index + count : index
        return (0..<count).contains(place) ? .integer(start + place * step) : nil
    }
}
