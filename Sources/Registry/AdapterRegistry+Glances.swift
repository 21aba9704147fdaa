import Adapters
import GRDB

/// What the index says of an adapter at a glance.
public struct AdapterGlance: Sendable, Hashable {
    /// The numbers of versions.
    public internal(set) var latest: Int?
    public internal(set) var production: Int?
    public internal(set) var candidate: Int?
    public internal(set) var lastRun: LastRun?

    public init() {}
}

/// The last run of an adapter, without what it was started with.
public struct LastRun: Sendable, Hashable {
    public let id: RunID
    public let state: Run.State
    public let startedAt: Timestamp
    let leftVersion: Bool

    /// As `Run.standing`.
    public var standing: String { state == .finished && !leftVersion ? "refused" : state.rawValue }
}

/// Every adapter at once: a question for each of thousands would take seconds.
extension AdapterRegistry {
    public func glances() throws -> [AdapterName: AdapterGlance] {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT adapter, latest, production, candidate, last_run, run_version, run_started_at, run_state FROM glances
                    """)
            var glances: [AdapterName: AdapterGlance] = [:]
            while let row = try rows.next() {
                let adapter = try AdapterName(recorded: row.decode(String.self, atIndex: 0))
                glances[adapter] = try AdapterGlance(row)
            }
            return glances
        }
    }

    /// Every alias, by adapter.
    public func aliasesByAdapter() throws -> [AdapterName: [AliasName: VersionID]] {
        try read { database in
            let rows = try Row.fetchCursor(database, sql: "SELECT adapter, alias, number FROM aliases")
            var aliases: [AdapterName: [AliasName: VersionID]] = [:]
            while let row = try rows.next() {
                let adapter = try row.adapter()
                aliases[adapter, default: [:]][try row.alias("alias")] = try row.version(of: adapter)
            }
            return aliases
        }
    }

    /// Every version, by adapter, oldest first.
    public func versionsByAdapter() throws -> [AdapterName: [VersionRecord]] {
        try read { database in
            var names: [VersionID: [AliasName]] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT adapter, alias, number FROM aliases ORDER BY adapter, alias") {
                names[try row.numberedVersion(of: row.adapter()), default: []].append(try row.alias("alias"))
            }
            let pruned = try Self.prunedVersions(database)
            let rows = try Row.fetchCursor(database, sql: "SELECT * FROM versions ORDER BY adapter, number")
            var versions: [AdapterName: [VersionRecord]] = [:]
            while let row = try rows.next() {
                let published = try PublishedVersion(row)
                versions[published.version.adapter, default: []].append(
                    VersionRecord(
                        published: published, aliases: names[published.version] ?? [],
                        isPruned: pruned.contains(published.version)))
            }
            return versions
        }
    }

    /// Every version whose large files were given up.
    public func versionsGivenUp() throws -> Set<VersionID> { try read { try Self.prunedVersions($0) } }

    /// A version that has two names was pruned by either.
    private static func prunedVersions(_ database: Database) throws -> Set<VersionID> {
        let sql = """
            SELECT own.adapter, own.number FROM events
            JOIN versions named ON named.adapter = events.adapter AND named.number = events.number
            JOIN versions own ON own.commit_id = named.commit_id WHERE events.kind = 'pruned'
            """
        return Set(
            try Row.fetchAll(database, sql: sql).map { try $0.numberedVersion(of: $0.adapter()) })
    }

    /// The last run of every adapter, with what it was started with.
    public func lastRuns() throws -> [AdapterName: Run] {
        try read { database in
            let rows = try Row.fetchCursor(
                database,
                sql: "SELECT * FROM runs WHERE (adapter, id) IN (SELECT adapter, max(id) FROM runs GROUP BY adapter)")
            var runs: [AdapterName: Run] = [:]
            while let row = try rows.next() { runs[try row.adapter()] = try Run(row) }
            return runs
        }
    }
}

extension AdapterGlance {
    fileprivate init(_ row: Row) throws {
        latest = try row.decode(Int?.self, atIndex: 1)
        production = try row.decode(Int?.self, atIndex: 2)
        candidate = try row.decode(Int?.self, atIndex: 3)
        lastRun = try row.decode(Int?.self, atIndex: 4).map { number in
            LastRun(
                id: RunID(try Row.counted(number, "run")), state: try row.choice("run_state", of: Run.State.self),
                startedAt: try Row.moment(row.decode(Int.self, atIndex: 6), "started_at"),
                leftVersion: try row.decode(Int?.self, atIndex: 5) != nil)
        }
    }
}

extension AdapterName {
    /// - Throws: `DamagedRecord` for what no adapter is called.
    fileprivate init(recorded text: String) throws {
        do throws(NameError) {
            self = try AdapterName(text)
        } catch {
            throw DamagedRecord(key: "adapter", wanted: "the name of an adapter", source: .index)
        }
    }
}

extension AdapterRegistry {
    /// How the versions of adapters can be written, `ticket-router@v3` and `ticket-router@production`, where that begins with a text.
    public func versionNames(startingWith beginning: String) throws -> [String] {
        let adapter = String(beginning.prefix { $0 != "@" })
        return try read { database in
            // a tilde comes after every letter of a name
            let rows = try Row.fetchCursor(
                database,
                sql: """
                    SELECT adapter, 'v' || number FROM versions WHERE adapter BETWEEN :first AND :last
                    UNION ALL SELECT adapter, alias FROM aliases WHERE adapter BETWEEN :first AND :last
                    """, arguments: ["first": adapter, "last": beginning.contains("@") ? adapter : adapter + "~"])
            var names: [String] = []
            while let row = try rows.next() {
                names.append("\(try row.decode(String.self, atIndex: 0))@\(try row.decode(String.self, atIndex: 1))")
            }
            return names
        }
    }
}
