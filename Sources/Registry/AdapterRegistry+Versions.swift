import Adapters
import GRDB

extension AdapterRegistry {
    /// Takes a version that git holds into the index: closes its run, lists it and moves `candidate` to it, all or nothing.
    ///
    /// - Throws: `RunError.over` when its run is not running, `VersionIndexError.outOfOrder` when it is not the next version.
    /// - Precondition: a run of this registry left it; one that was trained elsewhere is taken by `adopt`.
    @discardableResult
    public func admit(_ published: PublishedVersion, on occasion: Occasion) throws -> RegistryEvent {
        guard let run = published.lineage.run else { preconditionFailure("a version that no run left is adopted") }
        let version = published.version
        return try change(version.adapter) { transaction in
            try Self.end(run, .admitted(version), at: occasion.at, &transaction)
            return try Self.list(published, as: .admitted, on: occasion, &transaction)
        }
    }

    /// Takes a version that git holds and no run left into the index: lists it and moves `candidate` to it.
    ///
    /// - Throws: `VersionIndexError.outOfOrder` when it is not the next version.
    @discardableResult
    public func adopt(_ published: PublishedVersion, on occasion: Occasion) throws -> RegistryEvent {
        try change(published.version.adapter) { transaction in
            try Self.list(published, as: .adopted, on: occasion, &transaction)
        }
    }

    /// The versions of an adapter, oldest first.
    public func versions(of adapter: AdapterName) throws -> [VersionRecord] {
        try read { database in
            let aliases = try Self.aliases(of: adapter, database)
            let pruned = try Self.prunedNumbers(of: adapter, database)
            return try Self.published(of: adapter, database).map { published in
                let names = aliases.filter { $0.value == published.version }.keys.sorted()
                return VersionRecord(published: published, aliases: names, isPruned: pruned.contains(published.version.number))
            }
        }
    }

    /// - Throws: `VersionIndexError.unknownVersion`.
    public func version(_ id: VersionID) throws -> VersionRecord {
        guard let record = try versions(of: id.adapter).first(where: { $0.version == id }) else {
            throw VersionIndexError.unknownVersion(id, latest: try latestVersion(of: id.adapter))
        }
        return record
    }

    public func latestVersion(of adapter: AdapterName) throws -> VersionID? {
        try read { database in try Self.latest(adapter, database) }
    }

    /// The number that the next version of an adapter gets; it stays free while the lease is held.
    public func nextVersion(of adapter: AdapterName) throws -> VersionID {
        VersionID(adapter, (try latestVersion(of: adapter)?.number ?? 0) + 1)
    }

    /// Every adapter with a version, a run or an event, declared or not.
    public func recordedAdapters() throws -> [AdapterName] {
        try read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT adapter FROM versions UNION SELECT adapter FROM runs
                    UNION SELECT adapter FROM events WHERE number IS NULL ORDER BY 1
                    """
            )
            .map { try $0.adapter() }
        }
    }
}

extension AdapterRegistry {
    static func latest(_ adapter: AdapterName, _ database: Database) throws -> VersionID? {
        try Int.fetchOne(database, sql: "SELECT max(number) FROM versions WHERE adapter = ?", arguments: [adapter.text])
            .map { VersionID(adapter, try Row.counted($0, "number")) }
    }

    static func published(of adapter: AdapterName, _ database: Database) throws -> [PublishedVersion] {
        try Row.fetchAll(
            database, sql: "SELECT * FROM versions WHERE adapter = ? ORDER BY number", arguments: [adapter.text]
        ).map { try PublishedVersion($0) }
    }

    /// A version that has two names was pruned by either.
    private static func prunedNumbers(of adapter: AdapterName, _ database: Database) throws -> Set<Int> {
        let sql = """
            SELECT own.number FROM versions own JOIN versions named ON named.commit_id = own.commit_id
            JOIN events ON events.adapter = named.adapter AND events.number = named.number AND events.kind = 'pruned'
            WHERE own.adapter = ?
            """
        return Set(try Int.fetchAll(database, sql: sql, arguments: [adapter.text]))
    }

    /// Lists the version, with the event that brought it, which moves `candidate` to it.
    static func list(
        _ published: PublishedVersion, as kind: RegistryEvent.Kind, on occasion: Occasion, _ transaction: inout ChangeTransaction
    ) throws -> RegistryEvent {
        let version = published.version
        let expected = VersionID(version.adapter, (try latest(version.adapter, transaction.database)?.number ?? 0) + 1)
        guard version == expected else { throw VersionIndexError.outOfOrder(version, expected: expected) }
        try transaction.make(.versionListed(published))
        let candidate = try aliases(of: version.adapter, transaction.database)[.candidate]
        let move = RegistryEvent.Move(alias: .candidate, from: candidate, to: version)
        return try record(kind, of: version, on: occasion, moves: [move], &transaction)
    }
}
