import Digests

/// What a look at the hub showed about a base, and when: what is known of it where there is no network.
public struct UpstreamRecord: Sendable, Hashable {
    public let base: BaseName
    /// Of the pin that was compared; a record of another says nothing.
    public let pin: ContentDigest
    public let lookedAt: Timestamp
    /// The commit that was found; nil where the hub gave none.
    public let commit: String?
    /// Each with the moment of the look that showed it first.
    public let changes: [BaseChange: Timestamp]
    /// Newer bases of its families.
    public let newer: [String]

    public init(
        base: BaseName, pin: ContentDigest, lookedAt: Timestamp, commit: String?, changes: [BaseChange: Timestamp],
        newer: [String]
    ) {
        (self.base, self.pin, self.lookedAt) = (base, pin, lookedAt)
        (self.commit, self.changes, self.newer) = (commit, changes, newer)
    }

    /// A look that follows another: what is still so is so since then.
    public init(
        of base: BaseDeclaration, at now: Timestamp, commit: String?, changes: Set<BaseChange>, newer: [String],
        after earlier: UpstreamRecord?
    ) {
        let known = earlier.map { $0.pin == base.digest ? $0.changes : [:] } ?? [:]
        self.init(
            base: base.name, pin: base.digest, lookedAt: now, commit: commit,
            changes: Dictionary(uniqueKeysWithValues: changes.map { ($0, known[$0] ?? now) }), newer: newer)
    }
}

/// What is known of a base beside its folder.
public struct UpstreamFacts: Sendable, Hashable {
    /// When the hub was looked at last; nil when it never was.
    public var lookedAt: Timestamp?
    /// What differs there from the pin, each since a look.
    public var changes: [BaseChange: Timestamp]
    public var newer: [String]
    public var endOfLife: EndOfLife?
    /// Whether the base was taken from the hub, so that a look there is due now and then.
    public var isWatched: Bool

    public init(
        lookedAt: Timestamp? = nil, changes: [BaseChange: Timestamp] = [:], newer: [String] = [], endOfLife: EndOfLife? = nil,
        isWatched: Bool = false
    ) {
        (self.lookedAt, self.changes, self.newer) = (lookedAt, changes, newer)
        (self.endOfLife, self.isWatched) = (endOfLife, isWatched)
    }
}
