import Faults

/// Reads a section key by key and remembers which keys were asked for, so that `finish` can refuse the others.
///
/// Each key is asked for once, whether it is there or not; a key whose value is empty counts as absent.
public final class YAMLReader {
    public let place: YAMLPlace
    private let members: [YAMLMember]
    private var asked: [String] = []

    /// - Throws: `wrongKind` when the node is no section.
    public init(_ node: YAMLNode) throws(YAMLError) {
        guard case .mapping(let members) = node.content else {
            throw YAMLError(.wrongKind(found: node.kind, wanted: "a section of keys"), at: node.place)
        }
        self.place = node.place
        self.members = members
    }

    /// The keys of the section in the order they are written.
    public var keys: [String] { members.map(\.key) }

    /// The value of a key; nil when it is absent or empty.
    public func node(_ key: String) -> YAMLNode? {
        asked.append(key)
        guard let value = members.first(where: { $0.key == key })?.value, !value.isNull else { return nil }
        return value
    }

    /// The place of a key's value, or of the section when the key is absent: where a fault found later is reported.
    public func place(of key: String) -> YAMLPlace {
        members.first { $0.key == key }?.place ?? place.member(key, line: place.line)
    }

    public func requiredNode(_ key: String) throws(YAMLError) -> YAMLNode {
        if let node = node(key) { return node }
        guard let stranger = misspelling(of: key) else { throw YAMLError(.missingKey(key), at: place(of: key)) }
        throw YAMLError(.unknownKey(stranger.key, nearest: key, known: [key]), at: stranger.place)
    }

    /// A key that nobody asked for yet and that is close to one that is missing.
    private func misspelling(of key: String) -> YAMLMember? {
        members.first { !asked.contains($0.key) && nearestName(to: $0.key, among: [key]) != nil }
    }

    /// Refuses every key that was not asked for, naming the nearest one that was.
    public func finish() throws(YAMLError) {
        guard let stranger = members.first(where: { !asked.contains($0.key) }) else { return }
        let nearest = nearestName(to: stranger.key, among: asked)
        throw YAMLError(.unknownKey(stranger.key, nearest: nearest, known: asked.sorted()), at: stranger.place)
    }
}

extension YAMLReader {
    /// A text, number or truth value.
    public func required<Value: YAMLScalar>(_ key: String, as type: Value.Type) throws(YAMLError) -> Value {
        try requiredNode(key).value(as: type)
    }

    public func optional<Value: YAMLScalar>(_ key: String, as type: Value.Type) throws(YAMLError) -> Value? {
        guard let node = node(key) else { return nil }
        return try node.value(as: type)
    }

    /// A value with a spelling of its own; `form` says it in words ("a span such as 9mo").
    public func required<Value: LosslessStringConvertible>(
        _ key: String, as type: Value.Type, form: String
    ) throws(YAMLError) -> Value {
        try requiredNode(key).value(as: type, form: form)
    }

    public func optional<Value: LosslessStringConvertible>(
        _ key: String, as type: Value.Type, form: String
    ) throws(YAMLError) -> Value? {
        guard let node = node(key) else { return nil }
        return try node.value(as: type, form: form)
    }

    /// One of an enumeration's raw values.
    public func required<Choice: CaseIterable & RawRepresentable<String>>(
        _ key: String, among type: Choice.Type
    ) throws(YAMLError) -> Choice {
        try requiredNode(key).choice(among: type)
    }

    public func optional<Choice: CaseIterable & RawRepresentable<String>>(
        _ key: String, among type: Choice.Type
    ) throws(YAMLError) -> Choice? {
        guard let node = node(key) else { return nil }
        return try node.choice(among: type)
    }

    /// The elements of a list; none when the key is absent.
    public func list(_ key: String) throws(YAMLError) -> [YAMLNode] {
        guard let node = node(key) else { return [] }
        return try node.elements()
    }

    /// Reads a section within this one and refuses the keys that `read` did not ask for.
    public func required<Value>(
        section key: String, _ read: (YAMLReader) throws -> Value
    ) throws -> Value {
        try requiredNode(key).section(read)
    }

    /// As `required(section:)`; nil when the key is absent.
    public func optional<Value>(
        section key: String, _ read: (YAMLReader) throws -> Value
    ) throws -> Value? {
        try node(key)?.section(read)
    }
}
