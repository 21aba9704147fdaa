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
    /// - Throws: `VersionIndexError.unknownVersion`.
    @discardableResult
    public func promote(_ version: VersionID, on occasion: Occasion) throws -> RegistryEvent? {
        try change(version.adapter) { transaction in
            let latest = try Self.latest(version.adapter, transaction.database)
            guard try Self.exists(version, transaction.database) else {
                throw VersionIndexError.unknownVersion(version, latest: latest)
            }
            let aliases = try Self.aliases(of: version.adapter, transaction.database)
            guard aliases[.production] != version else { return nil }
            let moves = Self.moves(aliases, to: [.production: version, .previous: aliases[.production]])
            return try Self.record(.promoted, of: version, on: occasion, moves: moves, &transaction)
        }
    }

    /// The version that `rollBack` would bring back; nil when there is none.
    public func rollbackTarget(of adapter: AdapterName) throws -> VersionID? {
        Self.standing(try history(of: adapter)).dropLast().last
    }

    /// Brings back what was in production before the last promotion that still stands. A new event; nothing is rewritten.
    ///
    /// - Throws: `VersionIndexError.nothingToRollBackTo`.
    @discardableResult
    public func rollBack(_ adapter: AdapterName, on occasion: Occasion) throws -> RegistryEvent {
        try change(adapter) { transaction in
            let standing = Self.standing(try Self.events(of: adapter, transaction.database))
            guard let restored = standing.dropLast().last else { throw VersionIndexError.nothingToRollBackTo(adapter) }
            let moves = Self.moves(
                try Self.aliases(of: adapter, transaction.database),
                to: [.production: restored, .previous: standing.dropLast(2).last])
            return try Self.record(.rolledBack, of: restored, on: occasion, moves: moves, &transaction)
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

    /// The promotions that no rollback has undone, oldest first: a promotion adds itself, a rollback takes the last away.
    static func standing(_ events: [RegistryEvent]) -> [VersionID] {
        events.reduce(into: []) { standing, event in
            switch event.kind {
            case .promoted: standing.append(event.version)
            case .rolledBack: standing.removeLast(min(1, standing.count))
            case .admitted, .adopted, .recovered: break
            }
        }
    }

    private static func exists(_ version: VersionID, _ database: Database) throws -> Bool {
        try Row.fetchOne(
            database, sql: "SELECT 1 FROM versions WHERE adapter = ? AND number = ?",
            arguments: [version.adapter.text, version.number]) != nil
    }

    /// The moves that bring aliases where they shall stand; none for those that stand there.
    private static func moves(_ now: [AliasName: VersionID], to goal: [AliasName: VersionID?]) -> [RegistryEvent.Move] {
        goal.map { alias, version in RegistryEvent.Move(alias: alias, from: now[alias], to: version) }
            .filter { $0.from != $0.to }.sorted { $0.alias < $1.alias }
    }
}
