import StrictJSON

/// A Python dictionary: keys in the order they were first set. Templates cannot change one.
final class TemplateDictionary {
    let keys: [TemplateValue]
    let values: [TemplateValue]
    /// Kept only for dictionaries where looking at every key costs more.
    private let places: [TemplateKey: Int]?

    private static let scannedCount = 8

    /// Later values replace earlier ones of an equal key, which keeps its place.
    init(_ pairs: [(key: TemplateValue, value: TemplateValue)]) throws(ChatTemplateError) {
        var keys: [TemplateValue] = []
        var values: [TemplateValue] = []
        var places: [TemplateKey: Int] = [:]
        for (key, value) in pairs {
            let hashed = try TemplateKey(key)
            if let place = places[hashed] {
                values[place] = value
            } else {
                places[hashed] = keys.count
                keys.append(key)
                values.append(value)
            }
        }
        self.keys = keys
        self.values = values
        self.places = keys.count > Self.scannedCount ? places : nil
    }

    init(_ object: JSONObject) {
        keys = object.keys.map { .string($0) }
        values = object.values.map { TemplateValue($0) }
        var places: [TemplateKey: Int]?
        if keys.count > Self.scannedCount {
            places = Dictionary(
                object.keys.enumerated().map { (TemplateKey.text(ByteText($1)), $0) }, uniquingKeysWith: { $1 })
        }
        self.places = places
    }

    var count: Int { keys.count }

    var pairs: [TemplateValue] { zip(keys, values).map { .tuple([$0, $1]) } }

    subscript(name: String) -> TemplateValue? {
        if let places { return places[.text(ByteText(name))].map { values[$0] } }
        for (place, key) in keys.enumerated() {
            if case .string(let text) = key, text.hasSameBytes(as: name) { return values[place] }
        }
        return nil
    }

    /// The value of a key; nil when absent. Raises for a key that cannot be hashed.
    func value(of key: TemplateValue) throws(ChatTemplateError) -> TemplateValue? {
        if case .string(let name) = key { return self[name] }
        let hashed = try TemplateKey(key)
        if let places { return places[hashed].map { values[$0] } }
        for (place, candidate) in keys.enumerated() where try TemplateKey(candidate) == hashed { return values[place] }
        return nil
    }
}

/// A value as Python hashes it: `1`, `1.0` and `True` are one key; lists and dictionaries are none.
enum TemplateKey: Hashable {
    case undefined
    case none
    case integer(Int)
    case float(Double)
    case text(ByteText)
    case tuple([TemplateKey])
    case object(ObjectIdentifier)

    init(_ value: TemplateValue) throws(ChatTemplateError) {
        switch value {
        case .undefined: self = .undefined
        case .none: self = .none
        case .bool(let value): self = .integer(value ? 1 : 0)
        case .integer(let value): self = .integer(value)
        case .float(let value): self = Int(exactly: value).map { .integer($0) } ?? .float(value)
        case .string(let value): self = .text(ByteText(value))
        case .tuple(let elements):
            self = .tuple(try elements.map { (element) throws(ChatTemplateError) in try TemplateKey(element) })
        case .object(let object): self = .object(ObjectIdentifier(object))
        case .list, .dictionary: throw ChatTemplateError(.failed("unhashable type: '\(value.typeName)'"))
        }
    }
}

extension String {
    /// Equality of code points; `==` on strings is canonical equivalence.
    func hasSameBytes(as other: String) -> Bool {
        utf8.count == other.utf8.count && utf8.elementsEqual(other.utf8)
    }
}
