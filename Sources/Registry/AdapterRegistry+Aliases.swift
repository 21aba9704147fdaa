import Adapters
import GRDB

extension AdapterRegistry {
    public func aliases(of adapter: AdapterName) throws -> [AliasName: VersionID] {
        try read { database in try Self.aliases(of: adapter, database) }
    }

    /// The version that is meant by `name@v3` or `name@alias`; for a bare name the one in production, else the latest.
    ///
    /// - Throws: `VersionIndexError.unknownVersion`, `.noVersions` or `.aliasUnset`.
    public func resolve(_ reference: VersionReference) throws -> VersionID {
        let adapter = reference.adapter
        guard let latest = try latestVersion(of: adapter) else { throw VersionIndexError.noVersions(adapter) }
        let aliases = try aliases(of: adapter)
        switch reference.selector {
        case nil: return aliases[.production] ?? latest
        case .number(let number)?: return try version(VersionID(adapter, number)).version
        case .alias(let alias)?:
            guard let version = aliases[alias] else {
                throw VersionIndexError.aliasUnset(adapter, alias, known: aliases.keys.sorted())
            }
            return version
        }
    }

    /// Puts a version into production; what was there becomes `previous`.
    ///
    /// - Returns: the event, or nil when the version is in production already and nothing was done.
    /// - Throws: `VersionIndexError.unknownVersion` or `.pruned`; `StateError.notActive`.
    @discardableResult
    public func promote(_ version: VersionID, on occasion: Occasion, grounds: MoveGrounds = MoveGrounds()) throws
        -> RegistryEvent?
    {
        try change(version.adapter) { transaction in
            try Self.requireUsable(version, transaction.database)
            let aliases = try Self.aliases(of: version.adapter, transaction.database)
            guard aliases[.production] != version else { return nil }
            let moves = Self.moves(aliases, to: [.production: version, .previous: aliases[.production]])
            return try Self.record(.promoted, of: version, on: occasion, grounds, moves: moves, &transaction)
        }
    }

    /// Makes an alias that somebody chose, or moves it.
    ///
    /// - Returns: the event, or nil when the alias stands there already and nothing was done.
    /// - Throws: as `promote`; `AliasError.kept` for an alias that follows from what happens.
    @discardableResult
    public func setAlias(
        _ alias: AliasName, to version: VersionID, on occasion: Occasion, grounds: MoveGrounds = MoveGrounds()
    ) throws -> RegistryEvent? {
        guard alias != .production else { return try promote(version, on: occasion, grounds: grounds) }
        guard !alias.isKept else { throw AliasError.kept(alias) }
        return try change(version.adapter) { transaction in
            try Self.requireUsable(version, transaction.database)
            let aliases = try Self.aliases(of: version.adapter, transaction.database)
            if let other = aliases.keys.first(where: { $0 != alias && $0.text.lowercased() == alias.text.lowercased() }) {
                throw AliasError.clash(alias, other)
            }
            let moves = Self.moves(aliases, to: [alias: version])
            guard !moves.isEmpty else { return nil }
            return try Self.record(.aliasSet, of: version, on: occasion, grounds, moves: moves, &transaction)
        }
    }

    /// Takes an alias away. Without production there is nothing that a rollback would bring back, so `previous` goes with it.
    ///
    /// - Throws: `AliasError.kept`; `VersionIndexError.aliasUnset` when there is none of that name.
    @discardableResult
    public func removeAlias(
        _ alias: AliasName, of adapter: AdapterName, on occasion: Occasion, grounds: MoveGrounds = MoveGrounds()
    ) throws -> RegistryEvent {
        guard !alias.isKept else { throw AliasError.kept(alias) }
        return try change(adapter) { transaction in
            let aliases = try Self.aliases(of: adapter, transaction.database)
            guard let version = aliases[alias] else {
                throw VersionIndexError.aliasUnset(adapter, alias, known: aliases.keys.sorted())
            }
            let moves = Self.moves(aliases, to: alias == .production ? [alias: nil, .previous: nil] : [alias: nil])
            return try Self.record(.aliasRemoved, of: version, on: occasion, grounds, moves: moves, &transaction)
        }
    }

    /// The version that `rollBack` would bring back; nil when there is none.
    public func rollbackTarget(of adapter: AdapterName) throws -> VersionID? {
        Self.standing(try history(of: adapter)).dropLast().last
    }

    /// Brings back what was in production before the last promotion that still stands. A new event; nothing is rewritten.
    ///
    /// - Throws: `VersionIndexError.nothingToRollBackTo`; `StateError.notActive`.
    @discardableResult
    public func rollBack(
        _ adapter: AdapterName, on occasion: Occasion, grounds: MoveGrounds = MoveGrounds()
    ) throws -> RegistryEvent {
        try change(adapter) { transaction in
            try Self.requireActive(adapter, transaction.database)
            let standing = Self.standing(try Self.events(of: adapter, transaction.database))
            guard let restored = standing.dropLast().last else { throw VersionIndexError.nothingToRollBackTo(adapter) }
            let moves = Self.moves(
                try Self.aliases(of: adapter, transaction.database),
                to: [.production: restored, .previous: standing.dropLast(2).last])
            return try Self.record(.rolledBack, of: restored, on: occasion, grounds, moves: moves, &transaction)
        }
    }

    /// Everything that happened to the versions of an adapter, oldest first.
    public func history(of adapter: AdapterName) throws -> [RegistryEvent] {
        try read { database in try Self.events(of: adapter, database) }
    }
}

extension AdapterRegistry {
    static func aliases(of adapter: AdapterName, _ database: Database) throws -> [AliasName: VersionID] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT alias, number FROM aliases WHERE adapter = ?", arguments: [adapter.text])
        return Dictionary(
            try rows.compactMap { row in
                try row.version(of: adapter).map { (try row.alias("alias"), $0) }
            }, uniquingKeysWith: { first, _ in first })
    }

    /// The promotions that no rollback has undone, oldest first: a promotion adds itself, a rollback takes the last away. When production is
    /// taken away none of them stands, and a pruned version cannot be brought back.
    static func standing(_ events: [RegistryEvent]) -> [VersionID] {
        events.reduce(into: []) { standing, event in
            switch event.kind {
            case .promoted: event.version.map { standing.append($0) }
            case .rolledBack: standing.removeLast(min(1, standing.count))
            case .pruned: standing.removeAll { $0 == event.version }
            case _ where event.moves.contains { $0.alias == .production && $0.to == nil }: standing = []
            default: break
            }
        }
    }

    /// Adds the event of a move, with the verdict that it rests on.
    private static func record(
        _ kind: RegistryEvent.Kind, of version: VersionID, on occasion: Occasion, _ grounds: MoveGrounds,
        moves: [RegistryEvent.Move], _ transaction: inout ChangeTransaction
    ) throws -> RegistryEvent {
        let event = try record(kind, of: version, on: occasion, isForced: grounds.isForced, moves: moves, &transaction)
        if let decision = grounds.decision {
            try transaction.make(.decided(next(in: "decisions", of: version.adapter, transaction.database), decision))
        }
        return event
    }

    /// What an alias may be moved to: a version with its weights, of an adapter that is in use.
    private static func requireUsable(_ version: VersionID, _ database: Database) throws {
        guard try exists(version, database) else {
            throw VersionIndexError.unknownVersion(version, latest: try latest(version.adapter, database))
        }
        let events = try events(of: version.adapter, database)
        guard events.standing.state == .active else { throw StateError.notActive(version.adapter, events.standing) }
        if let pruning = events.pruning(of: version) { throw VersionIndexError.pruned(version, pruning) }
    }

    private static func exists(_ version: VersionID, _ database: Database) throws -> Bool {
        try Row.fetchOne(
            database, sql: "SELECT 1 FROM versions WHERE adapter = ? AND number = ?",
            arguments: [version.adapter.text, version.number]) != nil
    }

    /// The moves that bring aliases where they shall stand; none for those that stand there.
    static func moves(_ now: [AliasName: VersionID], to goal: [AliasName: VersionID?]) -> [RegistryEvent.Move] {
        goal.map { alias, version in RegistryEvent.Move(alias: alias, from: now[alias], to: version) }
            .filter { $0.from != $0.to }.sorted { $0.alias < $1.alias }
    }
}
