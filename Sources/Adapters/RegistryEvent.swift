/// Something that was done to an adapter, by whom, when and why. Events are only ever added.
public struct RegistryEvent: Sendable, Hashable {
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// A run's candidate became a version.
        case admitted
        /// An adapter that was trained elsewhere became a version.
        case adopted
        /// A version that git held was taken into the index after a crash or a rebuild.
        case recovered
        case promoted
        case rolledBack = "rolled_back"
    }

    /// The movement of one alias; nil means that it pointed, or points, nowhere.
    public struct Move: Sendable, Hashable {
        public let alias: AliasName
        public let from: VersionID?
        public let to: VersionID?

        public init(alias: AliasName, from: VersionID?, to: VersionID?) {
            self.alias = alias
            self.from = from
            self.to = to
        }
    }

    /// Ascends with time; never used twice.
    public let id: Int
    public let kind: Kind
    /// The version that the event is about.
    public let version: VersionID
    public let at: Timestamp
    public let actor: Actor
    public let reason: String
    public let moves: [Move]

    public init(
        id: Int, kind: Kind, version: VersionID, at: Timestamp, actor: Actor, reason: String, moves: [Move]
    ) {
        self.id = id
        self.kind = kind
        self.version = version
        self.at = at
        self.actor = actor
        self.reason = reason
        self.moves = moves
    }
}

/// Who does something, when and why.
public struct Occasion: Sendable, Hashable {
    public let actor: Actor
    public let at: Timestamp
    public let reason: String

    public init(actor: Actor, at: Timestamp, reason: String) {
        self.actor = actor
        self.at = at
        self.reason = reason
    }
}
