import Faults

/// The rule that adapter, base and alias names share, so that each is safe as a file name, as a part of a git reference and on
/// a command line: 1 to 64 letters, digits, `.`, `_` or `-` of ASCII, with a letter or digit at both ends, without `..`, and
/// without the ending `.lock`, which git keeps for itself.
enum RecordName {
    static let lengthLimit = 64

    static func check(_ text: String, as kind: NameError.Kind) throws(NameError) {
        func refuse(_ fault: NameError.Fault) -> NameError { NameError(kind: kind, text: text, fault: fault) }
        guard let first = text.utf8.first, let last = text.utf8.last else { throw refuse(.empty) }
        guard text.utf8.count <= lengthLimit else { throw refuse(.tooLong(limit: lengthLimit)) }
        // by bytes, since thousands are checked at once
        guard text.utf8.allSatisfy(isAllowed) else {
            guard let stranger = text.unicodeScalars.first(where: { !$0.isASCII || !isAllowed(UInt8($0.value)) }) else {
                preconditionFailure("a byte that is not allowed is one of a scalar")
            }
            throw refuse(.character(stranger))
        }
        guard isAlphanumeric(first), isAlphanumeric(last) else { throw refuse(.ends) }
        // few names have a point
        guard text.utf8.contains(UInt8(ascii: ".")) else { return }
        guard !text.contains("..") else { throw refuse(.twoPoints) }
        guard !text.lowercased().hasSuffix(".lock") else { throw refuse(.lockEnding) }
    }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "-"): true
        default: isAlphanumeric(byte)
        }
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            true
        default: false
        }
    }
}

/// The name of an adapter, such as `ticket-router`.
public struct AdapterName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) throws(NameError) {
        try RecordName.check(text, as: .adapter)
        self.text = text
    }

    public var description: String { text }

    public static func < (first: AdapterName, second: AdapterName) -> Bool { first.text < second.text }
}

/// The name under which a base model is pinned, such as `smollm2-135m`.
public struct BaseName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) throws(NameError) {
        try RecordName.check(text, as: .base)
        self.text = text
    }

    public var description: String { text }

    public static func < (first: BaseName, second: BaseName) -> Bool { first.text < second.text }
}

/// The name of an out-of-domain suite, such as `arithmetic`.
public struct SuiteName: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let text: String

    public init(_ text: String) throws(NameError) {
        try RecordName.check(text, as: .suite)
        self.text = text
    }

    public var description: String { text }

    public static func < (first: SuiteName, second: SuiteName) -> Bool { first.text < second.text }
}
