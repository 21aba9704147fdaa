import StrictJSON

/// A value of the template language, with the meaning it has in Python.
enum TemplateValue {
    case undefined(TemplateUndefined)
    case none
    case bool(Bool)
    case integer(Int)
    case float(Double)
    case string(String)
    case list([TemplateValue])
    case tuple([TemplateValue])
    case dictionary(TemplateDictionary)
    case object(TemplateObject)
}

/// The value of a name or member that does not exist: prints as nothing, counts as false, refuses everything else.
final class TemplateUndefined {
    enum Origin {
        case name(String)
        case attribute(String, of: TemplateValue)
        case item(TemplateValue, of: TemplateValue)
        case hint(String)
        case forbidden(String, of: TemplateValue)
    }

    let origin: Origin

    init(_ origin: Origin) { self.origin = origin }

    /// What using the value raises, in Jinja's words.
    var error: ChatTemplateError {
        switch origin {
        case .name(let name): ChatTemplateError(.undefined("\(name.pythonRepresentation) is undefined"))
        case .attribute(let name, let owner):
            ChatTemplateError(
                .undefined("'\(owner.ownerDescription)' has no attribute \(name.pythonRepresentation)"))
        case .item(let key, let owner):
            ChatTemplateError(.undefined("\(owner.ownerDescription) has no element \(key.representation)"))
        case .hint(let hint): ChatTemplateError(.undefined(hint))
        case .forbidden(let name, let owner):
            ChatTemplateError(
                .forbidden(
                    "access to attribute \(name.pythonRepresentation) of '\(owner.typeName)' object is unsafe"))
        }
    }
}

extension TemplateValue {
    init(_ json: JSONValue) {
        switch json {
        case .null: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .number(let value): self = .float(value)
        case .string(let value): self = .string(value)
        case .array(let elements): self = .list(elements.map { TemplateValue($0) })
        case .object(let object): self = .dictionary(TemplateDictionary(object))
        }
    }

    init(_ literal: TemplateLiteral) {
        switch literal {
        case .none: self = .none
        case .bool(let value): self = .bool(value)
        case .integer(let value): self = .integer(value)
        case .float(let value): self = .float(value)
        case .string(let value): self = .string(value)
        }
    }

    static func undefined(_ origin: TemplateUndefined.Origin) -> TemplateValue { .undefined(TemplateUndefined(origin)) }

    /// The name of the Python type.
    var typeName: String {
        switch self {
        case .undefined: "Undefined"
        case .none: "NoneType"
        case .bool: "bool"
        case .integer: "int"
        case .float: "float"
        case .string: "str"
        case .list: "list"
        case .tuple: "tuple"
        case .dictionary: "dict"
        case .object(let object): object.typeName
        }
    }

    fileprivate var ownerDescription: String {
        if case .none = self { return "None" }
        if case .object(let object) = self { return "\(object.qualifiedName) object" }
        return "\(typeName) object"
    }

    /// Python's truth of a value.
    var isTrue: Bool {
        switch self {
        case .undefined, .none: false
        case .bool(let value): value
        case .integer(let value): value != 0
        case .float(let value): value != 0
        case .string(let value): !value.isEmpty
        case .list(let elements), .tuple(let elements): !elements.isEmpty
        case .dictionary(let dictionary): dictionary.count > 0
        case .object(let object): object.isTrue
        }
    }

    var isUndefined: Bool { if case .undefined = self { true } else { false } }

    /// Integers and booleans as an integer; nil for everything else.
    var integerValue: Int? {
        switch self {
        case .bool(let value): value ? 1 : 0
        case .integer(let value): value
        default: nil
        }
    }

    /// Any number, booleans included, as a float.
    var floatValue: Double? {
        if case .float(let value) = self { value } else { integerValue.map { Double($0) } }
    }

    /// `len(value)`; nil where Python has no length.
    func length() throws(ChatTemplateError) -> Int? {
        switch self {
        case .undefined: 0
        case .string(let value): value.unicodeScalars.count
        case .list(let elements), .tuple(let elements): elements.count
        case .dictionary(let dictionary): dictionary.count
        case .object(let object): try object.length()
        case .none, .bool, .integer, .float: nil
        }
    }

    /// The elements one after another, or nil when Python could not iterate over the value.
    func iterator() -> TemplateIterator? {
        switch self {
        case .undefined: TemplateIterator(elements: [])
        case .string(let value): TemplateIterator(elements: value.unicodeScalars.map { .string(String($0)) })
        case .list(let elements), .tuple(let elements): TemplateIterator(elements: elements)
        case .dictionary(let dictionary): TemplateIterator(elements: dictionary.keys)
        case .object(let object): object.iterator()
        case .none, .bool, .integer, .float: nil
        }
    }

    /// All elements; raises as Python does for a value that cannot be iterated over.
    func elements() throws(ChatTemplateError) -> [TemplateValue] {
        if case .list(let elements) = self { return elements }
        if case .tuple(let elements) = self { return elements }
        guard let iterator = iterator() else { throw ChatTemplateError(.failed("'\(typeName)' object is not iterable")) }
        return try iterator.remaining()
    }
}

/// Elements handed out one at a time.
final class TemplateIterator {
    typealias Next = () throws(ChatTemplateError) -> TemplateValue?

    private let produce: Next

    init(_ produce: @escaping Next) { self.produce = produce }

    convenience init(elements: [TemplateValue]) {
        var place = 0
        self.init { () throws(ChatTemplateError) in
            guard place < elements.count else { return nil }
            place += 1
            return elements[place - 1]
        }
    }

    func next() throws(ChatTemplateError) -> TemplateValue? { try produce() }

    func remaining() throws(ChatTemplateError) -> [TemplateValue] {
        var elements: [TemplateValue] = []
        while let element = try produce() { elements.append(element) }
        return elements
    }
}
