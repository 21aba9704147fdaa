import Digests
import DurableFiles

/// The id of a git commit: 40 lower-case hex digits.
public struct CommitID: Sendable, Hashable, CustomStringConvertible {
    public let hex: String

    /// Nil unless the text is 40 hex digits.
    public init?(_ text: String) {
        guard text.utf8.count == 40, text.utf8.allSatisfy(HexDigits.contain) else { return nil }
        hex = text.lowercased()
    }

    public var description: String { hex }
}
