import Adapters
import DurableFiles
import Foundation
import GRDB

/// What a doctor asks of an index and of the folders beside it.
extension AdapterRegistry {
    /// Larger indices are checked by their small tables; `isSound` reads all of any.
    private static let largestRead = 64_000_000
    private static let smallTables = ["journals", "aliases", "alias_moves", "events", "glances"]

    /// What SQLite finds wrong with the file; nil when all that was looked at is as it should be.
    public func quickProblem() throws -> String? {
        let size = try FileStamp(of: layout.database).size
        return try read { database in
            let calls = size <= Self.largestRead ? ["(1)"] : Self.smallTables.map { "('\($0)')" }
            return try calls.lazy.compactMap { try String.fetchOne(database, sql: "PRAGMA quick_check\($0)") }.first {
                $0 != "ok"
            }
        }
    }

    /// The number of the schema.
    public func schema() throws -> Int { try read { try Migrations.migrator.appliedMigrations($0).count } }

    public func versionCount() throws -> Int {
        try read { try Int.fetchOne($0, sql: "SELECT count(*) FROM versions") ?? 0 }
    }

    /// When the last event or the last run was written down; nil when there is none.
    public func latestRecord() throws -> Timestamp? {
        try read { database in
            try Int.fetchOne(
                database, sql: "SELECT max(at) FROM (SELECT max(at) AS at FROM events UNION ALL SELECT max(started_at) FROM runs)"
            ).map { Timestamp(secondsSinceEpoch: $0) }
        }
    }

    /// Adapters with a run that has not ended.
    public func runningAdapters() throws -> Set<AdapterName> {
        try read { database in
            Set(try Row.fetchAll(database, sql: "SELECT adapter FROM runs WHERE state = 'started'").map { try $0.adapter() })
        }
    }

    /// Adapters whose last run has left checkpoints or a candidate, and no version, with the size of what it left; not those at work.
    public func stagedRuns() throws -> [(adapter: AdapterName, bytes: Int)] {
        let running = try runningAdapters()
        return try stagedAdapters().filter { !running.contains($0) }.sorted().compactMap { adapter in
            let bytes = try Self.size(of: layout.staging(of: adapter))
            return bytes > 0 ? (adapter, bytes) : nil
        }
    }

    private static func size(of folder: URL) throws -> Int {
        let open = try OpenFolder(folder)
        return try open.entries().reduce(0) { sum, entry in
            sum + (entry.isFolder ? try size(of: folder.appending(path: entry.name)) : try open.stamp(of: entry.name).size)
        }
    }

    /// How the folder of a base differs from its pin as far as can be told quickly: whole for files that were read before or are small,
    /// by their sizes for others.
    public func quickChanges(to base: BaseDeclaration, known: FileBook) throws -> [BaseFileChange] {
        base.changes(to: try BaseFolder.quickFiles(in: layout.resolve(base.folder), like: base.files, known: known))
    }
}

extension RegistryLayout {
    /// Written whenever all adapters have been judged.
    public var lastCheck: URL { caches.appending(path: "last-retrain-check") }
}
