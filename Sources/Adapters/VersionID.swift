/// One version of an adapter, written `ticket-router@v3`. Numbers start at 1 and have no gaps.
public struct VersionID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let adapter: AdapterName
    public let number: Int

    static let form = "name@v3"

    /// - Precondition: `number` is positive.
    public init(_ adapter: AdapterName, _ number: Int) {
        precondition(number > 0, "version numbers start at 1")
        self.adapter = adapter
        self.number = number
    }

    /// Reads `ticket-router@v3`.
    public init(_ text: String) throws(NameError) {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Self.number(parts[1]) else {
            throw NameError(kind: .version, text: text, fault: .form(wanted: Self.form))
        }
        self.init(try AdapterName(String(parts[0])), number)
    }

    /// Reads the name of a git tag, `ticket-router/v3`; nil when it names no version.
    public init?(tag: String) {
        let parts = tag.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = Self.number(parts[1]) else { return nil }
        do throws(NameError) {
            self.init(try AdapterName(String(parts[0])), number)
        } catch {
            return nil
        }
    }

    /// `v3`.
    public var label: String { "v\(number)" }

    /// The git tag of this version, `ticket-router/v3`.
    public var tag: String { "\(adapter)/\(label)" }

    public var description: String { "\(adapter)@\(label)" }

    public static func < (first: VersionID, second: VersionID) -> Bool {
        (first.adapter, first.number) < (second.adapter, second.number)
    }

    /// The number in `v3`, written without leading zeros; nil for anything else.
    static func number(_ label: some StringProtocol) -> Int? {
        guard label.hasPrefix("v"), let number = Int(label.dropFirst()), number > 0, "v\(number)" == label else { return nil }
        return number
    }
}
