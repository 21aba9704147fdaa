/// A movable name for a version of an adapter: `ticket-router@production`.
public struct AliasName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let text: String

    /// The version admitted last.
    public static let candidate = AliasName(checked: "candidate")
    /// The version in use.
    public static let production = AliasName(checked: "production")
    /// The version that a rollback would bring back.
    public static let previous = AliasName(checked: "previous")

    /// Whether it follows from what happens, so that nobody sets it.
    public var isKept: Bool { self == .candidate || self == .previous }

    public init(_ text: String) throws(NameError) {
        try RecordName.check(text, as: .alias)
        guard VersionID.number(text.lowercased()) == nil else {
            throw NameError(kind: .alias, text: text, fault: .looksLikeVersion)
        }
        self.text = text
    }

    private init(checked text: String) { self.text = text }

    public var description: String { text }

    public static func < (first: AliasName, second: AliasName) -> Bool { first.text < second.text }
}

/// What a person types to mean a version: `ticket-router`, `ticket-router@v3` or `ticket-router@production`.
public struct VersionReference: Sendable, Hashable, CustomStringConvertible {
    public enum Selector: Sendable, Hashable {
        case number(Int)
        case alias(AliasName)
    }

    public let adapter: AdapterName
    /// Nil when only the adapter was named.
    public let selector: Selector?

    public init(_ adapter: AdapterName, _ selector: Selector?) {
        self.adapter = adapter
        self.selector = selector
    }

    public init(_ text: String) throws(NameError) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        adapter = try AdapterName(parts[0])
        selector = parts.count == 1 ? nil : try Self.selector(parts[1])
    }

    private static func selector(_ text: String) throws(NameError) -> Selector {
        if let number = VersionID.number(text) { return .number(number) }
        return .alias(try AliasName(text))
    }

    public var description: String {
        switch selector {
        case nil: "\(adapter)"
        case .number(let number)?: "\(adapter)@v\(number)"
        case .alias(let alias)?: "\(adapter)@\(alias)"
        }
    }
}
