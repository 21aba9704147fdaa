import Digests

/// The name of a data set: the digest of its content, so that the same bytes have the same name in every registry.
public struct DatasetID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let digest: ContentDigest

    public init(_ digest: ContentDigest) { self.digest = digest }

    /// Reads a tag such as `datasets/ds-<64 hex digits>`; nil for any other.
    public init?(tag: String) {
        guard tag.hasPrefix(Self.tagPrefix), case let hex = String(tag.dropFirst(Self.tagPrefix.count)),
            let digest = ContentDigest(hex), digest.hex == hex
        else { return nil }
        self.init(digest)
    }

    public static let prefix = "ds-"
    private static let tagPrefix = "datasets/\(prefix)"
    /// Digits that a person must type at least.
    static let leastDigits = 4
    private static let shortDigits = 8

    /// With all digits, so that no other data set can ever claim it.
    public var tag: String { Self.tagPrefix + digest.hex }

    /// The short form for people, `ds-1a2b3c4d`.
    public var description: String { short(digits: Self.shortDigits) }

    public func short(digits: Int) -> String { Self.prefix + digest.hex.prefix(digits) }

    /// How many digits tell all of these apart, eight at least.
    public static func digitsApart(_ ids: some Collection<DatasetID>) -> Int {
        let count = Set(ids).count
        return (shortDigits..<64).first { digits in Set(ids.map { $0.short(digits: digits) }).count == count } ?? 64
    }

    public static func < (first: DatasetID, second: DatasetID) -> Bool { first.digest.hex < second.digest.hex }
}

/// The first digits of a data set's name, as somebody typed them.
public struct DatasetAbbreviation: Sendable, Hashable, CustomStringConvertible {
    private let digits: String

    /// Nil unless the text is `ds-` and 4 to 64 hex digits: then it may name something else.
    public init?(_ text: String) {
        guard text.hasPrefix(DatasetID.prefix) else { return nil }
        digits = text.dropFirst(DatasetID.prefix.count).lowercased()
        guard (DatasetID.leastDigits...64).contains(digits.utf8.count), digits.utf8.allSatisfy({ Self.hexDigits.contains($0) })
        else { return nil }
    }

    private static let hexDigits = Set("0123456789abcdef".utf8)

    public var description: String { DatasetID.prefix + digits }

    public func means(_ id: DatasetID) -> Bool { id.digest.hex.hasPrefix(digits) }
}
