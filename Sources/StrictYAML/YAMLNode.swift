/// A value of a YAML file, with the place where it stands.
public struct YAMLNode: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        /// The text as written; a quoted text is never a number, a truth value or null.
        case scalar(String, isQuoted: Bool)
        case sequence([YAMLNode])
        case mapping([YAMLMember])
    }

    public let content: Content
    public let place: YAMLPlace

    public init(content: Content, place: YAMLPlace) {
        self.content = content
        self.place = place
    }

    /// Whether the value is empty, `~` or `null`.
    public var isNull: Bool {
        guard case .scalar(let text, isQuoted: false) = content else { return false }
        return text.isEmpty || text == "~" || text == "null"
    }

    /// Other content in the same place.
    public func with(content: Content) -> YAMLNode { YAMLNode(content: content, place: place) }

    /// The node's kind in words, for messages.
    var kind: String {
        switch content {
        case .scalar(_, isQuoted: true): "a quoted text"
        case .scalar(let text, isQuoted: false): isNull ? "nothing" : "'\(text)'"
        case .sequence: "a list"
        case .mapping: "a section of keys"
        }
    }
}

/// A key of a section and its value.
public struct YAMLMember: Sendable, Hashable {
    public let key: String
    /// Where the key stands.
    public let place: YAMLPlace
    public let value: YAMLNode

    public init(key: String, place: YAMLPlace, value: YAMLNode) {
        self.key = key
        self.place = place
        self.value = value
    }

    /// Another value under the same key.
    public func with(value: YAMLNode) -> YAMLMember { YAMLMember(key: key, place: place, value: value) }
}

/// A place in a YAML file.
public struct YAMLPlace: Sendable, Hashable, CustomStringConvertible {
    /// The path as it was given; nil for text that came from no file.
    public let file: String?
    /// 1-based.
    public let line: Int
    /// The keys that lead here, joined by points (`gate.margin`, `files[2]`); empty at the top.
    public let key: String

    public init(file: String?, line: Int, key: String) {
        self.file = file
        self.line = line
        self.key = key
    }

    /// `file:line:key`, without the parts that are missing.
    public var description: String {
        [file, String(line), key.isEmpty ? nil : key].compactMap(\.self).joined(separator: ":")
    }

    func member(_ name: String, line: Int) -> YAMLPlace {
        YAMLPlace(file: file, line: line, key: key.isEmpty ? name : "\(key).\(name)")
    }

    func element(_ index: Int, line: Int) -> YAMLPlace {
        YAMLPlace(file: file, line: line, key: "\(key)[\(index)]")
    }
}
