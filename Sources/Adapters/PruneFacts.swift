/// What is known of an adapter's versions when it is decided which of them keep their weights.
public struct PruneFacts: Sendable, Hashable {
    public struct Version: Sendable, Hashable {
        public var version: VersionID
        /// The aliases that point to it.
        public var aliases: [AliasName]
        /// How many other versions each alias has pointed to since it pointed here last; only aliases that move by a person's will.
        public var served: [AliasName: Int]
        public var parent: VersionID?
        /// Whether its evidence passed when it was released.
        public var passed: Bool
        /// Whether another repository is known to have it.
        public var isPushed: Bool
        public var isPruned: Bool
        /// The sizes of its large files together.
        public var bytes: Int

        public init(
            _ version: VersionID, aliases: [AliasName] = [], served: [AliasName: Int] = [:], parent: VersionID? = nil,
            passed: Bool = true, isPushed: Bool = true, isPruned: Bool = false, bytes: Int
        ) {
            self.version = version
            self.aliases = aliases
            self.served = served
            self.parent = parent
            self.passed = passed
            self.isPushed = isPushed
            self.isPruned = isPruned
            self.bytes = bytes
        }
    }

    public var adapter: AdapterName
    public var state: AdapterState
    /// Oldest first.
    public var versions: [Version]

    public init(adapter: AdapterName, state: AdapterState = .active, versions: [Version]) {
        self.adapter = adapter
        self.state = state
        self.versions = versions
    }
}

extension [RegistryEvent] {
    /// For each alias that moves by a person's will, how many other versions it has pointed to since it pointed to this one last.
    public func served(_ version: VersionID) -> [AliasName: Int] {
        var places: [AliasName: [VersionID]] = [:]
        for move in flatMap(\.moves) where !move.alias.isKept {
            guard let target = move.to else { continue }
            places[move.alias] = [target] + (places[move.alias] ?? []).filter { $0 != target }
        }
        return places.compactMapValues { $0.firstIndex(of: version) }
    }
}
