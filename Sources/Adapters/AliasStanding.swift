/// Where an alias stood at some moment, and since when.
public struct AliasStanding: Sendable, Hashable {
    public let alias: AliasName
    public let version: VersionID
    /// What put it there.
    public let since: RegistryEvent
    /// What moved it on; nil while it stands there still.
    public let until: RegistryEvent?

    public init(alias: AliasName, version: VersionID, since: RegistryEvent, until: RegistryEvent?) {
        self.alias = alias
        self.version = version
        self.since = since
        self.until = until
    }
}

extension [RegistryEvent] {
    /// Where each alias stood at a moment, by name; the events are those of one adapter, oldest first.
    public func standings(at time: Timestamp) -> [AliasStanding] {
        var standings: [AliasName: AliasStanding] = [:]
        for event in self {
            for move in event.moves {
                if event.at <= time {
                    standings[move.alias] = move.to.map {
                        AliasStanding(alias: move.alias, version: $0, since: event, until: nil)
                    }
                } else if let standing = standings[move.alias], standing.until == nil {
                    standings[move.alias] = AliasStanding(
                        alias: move.alias, version: standing.version, since: standing.since, until: event)
                }
            }
        }
        return standings.values.sorted { $0.alias < $1.alias }
    }
}
