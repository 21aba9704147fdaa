/// A JSON value that keeps what Foundation loses: key order and the difference between integers and fractions.
public enum JSONValue: Sendable, Hashable {
    case null
    case bool(Bool)
    /// A number written without fraction or exponent that fits `Int`.
    case integer(Int)
    /// Every other number.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object(JSONObject)
}

extension JSONValue {
    public var isNull: Bool { self == .null }
    public var boolValue: Bool? { if case .bool(let value) = self { value } else { nil } }
    public var intValue: Int? { if case .integer(let value) = self { value } else { nil } }
    public var stringValue: String? { if case .string(let value) = self { value } else { nil } }
    public var arrayValue: [JSONValue]? { if case .array(let value) = self { value } else { nil } }
    public var objectValue: JSONObject? { if case .object(let value) = self { value } else { nil } }

    /// The number, whether it was written as an integer or as a fraction.
    public var doubleValue: Double? {
        switch self {
        case .integer(let value): Double(value)
        case .number(let value): value
        default: nil
        }
    }

    /// The member of an object; nil when absent or when this is no object.
    public subscript(key: String) -> JSONValue? { objectValue?[key] }
}

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
    public init(nilLiteral: ()) { self = .null }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .integer(value) }
    public init(floatLiteral value: Double) { self = .number(value) }
    public init(stringLiteral value: String) { self = .string(value) }
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}

/// The members of a JSON object in the order they were written.
///
/// Keys are told apart by their bytes: a vocabulary may hold both the composed and the decomposed spelling of a character,
/// which `String` calls equal.
public struct JSONObject: Sendable {
    public private(set) var keys: [String] = []
    public private(set) var values: [JSONValue] = []
    /// Where each key stands, once there are too many to look at one after the other.
    private var places: [ByteText: Int] = [:]
    private static let fewMembers = 32

    public init() {}

    /// Later members replace earlier ones of the same key.
    public init(_ members: some Sequence<(String, JSONValue)>) {
        for (key, value) in members { self[key] = value }
    }

    public var count: Int { keys.count }
    public var isEmpty: Bool { keys.isEmpty }
    public var members: Zip2Sequence<[String], [JSONValue]> { zip(keys, values) }

    public subscript(key: String) -> JSONValue? {
        get { place(of: key).map { values[$0] } }
        set {
            switch (place(of: key), newValue) {
            case (let place?, let value?): values[place] = value
            case (nil, let value?): append(key, value)
            case (_?, nil): self = JSONObject(members.filter { ByteText($0.0) != ByteText(key) })
            case (nil, nil): break
            }
        }
    }

    /// Adds a member unless the key is taken; returns whether it was added.
    @discardableResult
    mutating func append(_ key: String, _ value: JSONValue) -> Bool {
        guard place(of: key) == nil else { return false }
        keys.append(key)
        values.append(value)
        if !places.isEmpty {
            places[ByteText(key)] = keys.count - 1
        } else if keys.count > Self.fewMembers {
            for (place, key) in keys.enumerated() { places[ByteText(key)] = place }
        }
        return true
    }

    private func place(of key: String) -> Int? {
        let key = ByteText(key)
        return places.isEmpty ? keys.firstIndex { ByteText($0) == key } : places[key]
    }

    mutating func reserveCapacity(_ count: Int) {
        keys.reserveCapacity(count)
        values.reserveCapacity(count)
        if count > Self.fewMembers { places.reserveCapacity(count) }
    }
}

/// Objects are equal when they have the same members, whatever their order.
extension JSONObject: Hashable {
    public static func == (first: JSONObject, second: JSONObject) -> Bool {
        first.count == second.count && first.members.allSatisfy { second[$0.0] == $0.1 }
    }

    public func hash(into hasher: inout Hasher) {
        for key in keys.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            hasher.combine(ByteText(key))
            hasher.combine(self[key])
        }
    }
}
