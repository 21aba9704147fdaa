import StrictJSON

/// One JSON object of a tokenizer file, read key by key with errors that name the place.
struct Component {
    let object: JSONObject
    let file: String
    let path: String

    init(_ value: JSONValue, file: String, path: String) throws(TokenizerError) {
        guard let object = value.objectValue else {
            throw TokenizerError(.wrongType(expected: "an object"), file: file, key: path)
        }
        self.object = object
        self.file = file
        self.path = path
    }

    func failure(_ reason: TokenizerError.Reason, at key: String? = nil) -> TokenizerError {
        TokenizerError(reason, file: file, key: key.map(place) ?? path)
    }

    func place(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The member, when it is there and not null.
    func optional(_ key: String) -> JSONValue? {
        guard let value = object[key], !value.isNull else { return nil }
        return value
    }

    func required(_ key: String) throws(TokenizerError) -> JSONValue {
        guard let value = object[key] else { throw failure(.missingKey, at: key) }
        return value
    }

    func string(_ key: String) throws(TokenizerError) -> String {
        guard let text = try required(key).stringValue else { throw failure(.wrongType(expected: "a string"), at: key) }
        return text
    }

    func optionalString(_ key: String) throws(TokenizerError) -> String? {
        optional(key) == nil ? nil : try string(key)
    }

    func bool(_ key: String, default fallback: Bool) throws(TokenizerError) -> Bool {
        guard let value = optional(key) else { return fallback }
        guard let bool = value.boolValue else { throw failure(.wrongType(expected: "true or false"), at: key) }
        return bool
    }

    func integer(_ key: String, default fallback: Int? = nil) throws(TokenizerError) -> Int {
        if let fallback, optional(key) == nil { return fallback }
        guard let integer = try required(key).intValue, integer >= 0 else {
            throw failure(.wrongType(expected: "a whole number, not negative"), at: key)
        }
        return integer
    }

    func id(_ key: String) throws(TokenizerError) -> Int32 { try id(required(key), at: key) }

    func id(_ value: JSONValue, at key: String) throws(TokenizerError) -> Int32 {
        guard let integer = value.intValue, let id = Int32(exactly: integer), id >= 0 else {
            throw failure(.badID(value.text()), at: key)
        }
        return id
    }

    func array(_ key: String) throws(TokenizerError) -> [JSONValue] {
        guard let array = try required(key).arrayValue else { throw failure(.wrongType(expected: "a list"), at: key) }
        return array
    }

    func component(_ key: String) throws(TokenizerError) -> Component {
        try Component(required(key), file: file, path: place(key))
    }

    func components(_ key: String) throws(TokenizerError) -> [Component] {
        var components: [Component] = []
        for (index, value) in try array(key).enumerated() {
            components.append(try Component(value, file: file, path: "\(place(key))[\(index)]"))
        }
        return components
    }

    /// A single Unicode scalar.
    func scalar(_ key: String, default fallback: Unicode.Scalar? = nil) throws(TokenizerError) -> Unicode.Scalar {
        if let fallback, optional(key) == nil { return fallback }
        let text = try string(key).unicodeScalars
        guard let first = text.first, text.count == 1 else { throw failure(.wrongType(expected: "one character"), at: key) }
        return first
    }

    /// One of the spellings of an enumeration.
    func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, default fallback: Choice? = nil
    ) throws(TokenizerError) -> Choice {
        if let fallback, optional(key) == nil { return fallback }
        let text = try string(key)
        guard let choice = Choice(rawValue: text) else {
            throw failure(.unknownValue(text, known: Choice.allCases.map(\.rawValue)), at: key)
        }
        return choice
    }

    /// A component's `type`, one of those an enumeration knows.
    func type<Kind: RawRepresentable<String> & CaseIterable>(
        _ kind: Kind.Type, named name: String
    ) throws(TokenizerError) -> Kind {
        let text = try string("type")
        guard let kind = Kind(rawValue: text) else {
            let known = Kind.allCases.map(\.rawValue)
            throw failure(.unknownComponent(kind: name, type: text, known: known), at: "type")
        }
        return kind
    }

    /// `{"String": …}` or `{"Regex": …}`.
    func pattern(_ key: String) throws(TokenizerError) -> TextPattern {
        // Old files give a bare string.
        if let literal = optional(key)?.stringValue { return .literal(Array(literal.utf8)) }
        let pattern = try component(key)
        if let literal = try pattern.optionalString("String") { return .literal(Array(literal.utf8)) }
        let source = try pattern.string("Regex")
        do {
            return try TextPattern(expression: source)
        } catch {
            throw pattern.failure(.badPattern(error.pattern), at: "Regex")
        }
    }
}
