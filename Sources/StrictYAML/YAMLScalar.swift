import Faults

/// A type with one obvious spelling in YAML.
public protocol YAMLScalar: Sendable {
    /// The type in words, for messages: "a whole number".
    static var form: String { get }
    /// Nil when the text does not spell a value.
    init?(yaml text: String, isQuoted: Bool)
}

extension String: YAMLScalar {
    public static var form: String { "a text" }
    public init?(yaml text: String, isQuoted: Bool) { self = text }
}

extension Bool: YAMLScalar {
    public static var form: String { "true or false" }
    public init?(yaml text: String, isQuoted: Bool) {
        guard !isQuoted, let value = Bool(text) else { return nil }
        self = value
    }
}

extension Int: YAMLScalar {
    public static var form: String { "a whole number" }
    /// Decimal digits with an optional minus.
    public init?(yaml text: String, isQuoted: Bool) {
        guard !isQuoted, text.allSatisfy({ "0123456789-".contains($0) }), let value = Int(text) else { return nil }
        self = value
    }
}

extension Double: YAMLScalar {
    public static var form: String { "a number" }
    /// A finite decimal number: `0.15`, `2e-4`, `500`.
    public init?(yaml text: String, isQuoted: Bool) {
        guard !isQuoted, text.allSatisfy({ "0123456789.eE+-".contains($0) }), let value = Double(text), value.isFinite
        else { return nil }
        self = value
    }
}

extension YAMLNode {
    public func value<Value: YAMLScalar>(as type: Value.Type) throws(YAMLError) -> Value {
        guard case .scalar(let text, let isQuoted) = content, !isNull, let value = Value(yaml: text, isQuoted: isQuoted) else {
            throw YAMLError(.wrongKind(found: kind, wanted: Value.form), at: place)
        }
        return value
    }

    public func value<Value: LosslessStringConvertible>(as type: Value.Type, form: String) throws(YAMLError) -> Value {
        guard case .scalar(let text, _) = content, !isNull, let value = Value(text) else {
            throw YAMLError(.wrongKind(found: kind, wanted: form), at: place)
        }
        return value
    }

    public func choice<Choice: CaseIterable & RawRepresentable<String>>(among type: Choice.Type) throws(YAMLError) -> Choice {
        let known = Choice.allCases.map(\.rawValue)
        guard case .scalar(let text, _) = content, !isNull else {
            throw YAMLError(.wrongKind(found: kind, wanted: "one of \(known.joined(separator: ", "))"), at: place)
        }
        guard let choice = Choice(rawValue: text) else {
            throw YAMLError(.unknownChoice(text, nearest: nearestName(to: text, among: known), known: known), at: place)
        }
        return choice
    }

    public func elements() throws(YAMLError) -> [YAMLNode] {
        guard case .sequence(let elements) = content else {
            throw YAMLError(.wrongKind(found: kind, wanted: "a list"), at: place)
        }
        return elements
    }

    /// Reads a section and refuses the keys that `read` did not ask for.
    public func section<Value>(_ read: (YAMLReader) throws -> Value) throws -> Value {
        let reader = try YAMLReader(self)
        let value = try read(reader)
        try reader.finish()
        return value
    }
}
