/// Something that was done to an adapter or one of its versions, by whom, when and why. Events are only ever added.
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
        /// An alias that somebody chose was made or moved.
        case aliasSet = "alias_set"
        case aliasRemoved = "alias_removed"
        /// The version's large files were given up; lineage, tag and evidence stay.
        case pruned
        /// The adapter rests; it is not trained until somebody brings it back.
        case archived
        case unarchived
        /// The adapter is given up for good.
        case retired
        /// The adapter goes on under another name; this one keeps what happened until then.
        case renamedTo = "renamed_to"
        /// Everything before this event was copied from the adapter's earlier name.
        case renamedFrom = "renamed_from"

        /// What befalls the adapter as a whole rather than one version.
        public var concernsAdapter: Bool { namesAnother || [.archived, .unarchived, .retired].contains(self) }
        public var namesAnother: Bool { self == .renamedTo || self == .renamedFrom }
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
    /// The version that the event is about; nil for one that befalls the adapter.
    public let version: VersionID?
    public let at: Timestamp
    public let actor: Actor
    public let reason: String
    /// Whether it was done against what the evidence says.
    public let isForced: Bool
    /// The adapter's later or earlier name; nil unless the event is a renaming.
    public let otherName: AdapterName?
    public let moves: [Move]

    /// - Precondition: there is a version unless the kind concerns the adapter, and another name if it is a renaming.
    public init(
        id: Int, kind: Kind, version: VersionID?, at: Timestamp, actor: Actor, reason: String, isForced: Bool = false,
        otherName: AdapterName? = nil, moves: [Move] = []
    ) {
        precondition((version == nil) == kind.concernsAdapter, "an event is about a version or about the adapter")
        precondition((otherName != nil) == kind.namesAnother, "a renaming has another name")
        self.id = id
        self.kind = kind
        self.version = version
        self.at = at
        self.actor = actor
        self.reason = reason
        self.isForced = isForced
        self.otherName = otherName
        self.moves = moves
    }
}

extension RegistryEvent {
    /// What happened, in words: `rolled back`, `alias set, forced`, `renamed to ticket-desk`.
    public var deed: String {
        kind.rawValue.replacing("_", with: " ") + (otherName.map { " \($0)" } ?? "") + (isForced ? ", forced" : "")
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
