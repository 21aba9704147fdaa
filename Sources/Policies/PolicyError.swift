import StrictYAML

/// Why a policy file, though well formed, cannot be meant.
public struct PolicyError: Error, Hashable {
    public enum Reason: Sendable, Hashable {
        case parentIsNoName(String)
        case unknownParent(String, nearest: String?)
        case chainTooLong(limit: Int)
        case unknownSchema(String)
        /// An adapter would make its policy another one.
        case identityOverridden(String)
        /// The value as written, and what it should be in words.
        case outOfRange(String, wanted: String)
        case windowClosesBeforeItOpens(opens: String, closes: String)
        /// A price from a policy with another currency.
        case priceInOtherCurrency(String, meant: String, wanted: String)
    }

    public let reason: Reason
    public let place: YAMLPlace

    public init(_ reason: Reason, at place: YAMLPlace) {
        self.reason = reason
        self.place = place
    }
}
