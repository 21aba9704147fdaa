import Adapters
import DurableFiles
import Foundation
import GRDB

/// What making the index again found.
public struct IndexRebuild: Sendable, Hashable {
    /// Rows of a table that only one of the two indices has.
    public struct Difference: Sendable, Hashable {
        public let table: String
        public let onlyOld: Int
        public let onlyNew: Int
    }

    /// The tables in which the old index and the new one differ; nil when the old one could not be read.
    public let differences: [Difference]?
    /// Where the old file lies now; nil when it was sound and has been overwritten.
    public let setAside: URL?
    public let mended: Reconciliation
}

extension AdapterRegistry {
    /// Makes the index again from the journals and the versions in git, in a file of its own that then takes the old one's place.
    ///
    /// Others may go on working: what they do meanwhile is in the journals, from where the new index takes it.
    ///
    /// - Throws: as `open` does, but not for an index that is damaged; `DamagedRecord` for a journal that is.
    public static func rebuild(
        at layout: RegistryLayout, journal: some ChangeJournal, git: GitVersions, on occasion: Occasion
    ) throws -> IndexRebuild {
        guard try access(to: layout) == .readWrite else { throw RegistryError.readOnly(path: layout.root.path) }
        let (old, contents) = try readable(layout, journal)
        if let contents, contents.versions > 0, try git.tags.isEmpty && journal.heads().isEmpty {
            throw RegistryError.nothingToRebuildFrom(path: layout.versions.path, versions: contents.versions)
        }
        return try withDraft(layout, journal) { new, draft in
            var mended = try new.reconcile(with: git, on: occasion)
            // an empty index has everything to catch up with
            mended.caughtUp = []
            guard let old, let contents else {
                let aside = try IndexDatabase.setAside(layout, at: occasion.at)
                try DurableFile.rename(draft, to: layout.database)
                try DurableFile.syncFolder(layout.state)
                return IndexRebuild(differences: nil, setAside: aside, mended: mended)
            }
            let differences = try new.contents().differences(from: contents)
            try IndexDatabase.translatingErrors(at: layout.database, on: old.database) {
                try new.database.backup(to: old.database)
            }
            return IndexRebuild(differences: differences, setAside: nil, mended: mended)
        }
    }

    /// How this index differs from one made from the journals alone; nothing is changed.
    public func differencesFromJournals() throws -> [IndexRebuild.Difference] {
        guard try !differencesFromJournals(contents()).isEmpty else { return [] }
        // somebody may have written between one look and the other; nobody does while the lock is ours
        return try write { database in try differencesFromJournals(IndexContents(database)) }
    }

    private func differencesFromJournals(_ contents: IndexContents) throws -> [IndexRebuild.Difference] {
        try Self.withDraft(layout, journal) { new, _ in
            for adapter in try journal.heads().keys.sorted() { try new.write { _ = try new.catchUp(adapter, $0) } }
            return try new.contents().differences(from: contents)
        }
    }

    /// Lends an empty index beside the present one, to one process at a time; a draft that another left when it died is removed first,
    /// and what is still called one afterwards as well.
    private static func withDraft<Value>(
        _ layout: RegistryLayout, _ journal: any ChangeJournal, _ body: (AdapterRegistry, URL) throws -> Value
    ) throws -> Value {
        guard let lock = try FileLock.take(layout.rebuildLock, waiting: .seconds(60)) else {
            throw RegistryError.databaseBusy(path: layout.database.path)
        }
        defer { withExtendedLifetime(lock) {} }
        let draft = layout.state.appending(path: DurableFile.draftPrefix + layout.database.lastPathComponent)
        try IndexDatabase.remove(draft)
        let new = AdapterRegistry(layout, .readWrite, journal, try IndexDatabase.create(draft))
        let outcome = Result { try body(new, draft) }
        try IndexDatabase.remove(draft)
        return try outcome.get()
    }

    /// The present index with all its rows, if it can be read. One from before there were journals writes down what only it knows.
    private static func readable(
        _ layout: RegistryLayout, _ journal: some ChangeJournal
    ) throws -> (index: AdapterRegistry?, contents: IndexContents?) {
        guard FileManager.default.fileExists(atPath: layout.database.path) else { return (nil, nil) }
        do {
            let old = try open(at: layout, access: .readWrite, journal: journal)
            guard try old.isSound() else { return (nil, nil) }
            for adapter in try old.recordedAdapters() {
                do { try old.write { database in _ = try old.catchUp(adapter, database) } } catch is JournalError { continue }
            }
            return (old, try old.contents())
        } catch is DamagedRecord {
            return (nil, nil)
        } catch RegistryError.corruptDatabase {
            return (nil, nil)
        }
    }

    /// Whether SQLite finds every page and index of the file as it should be.
    public func isSound() throws -> Bool {
        try read { try String.fetchOne($0, sql: "PRAGMA integrity_check(1)") } == "ok"
    }

    func contents() throws -> IndexContents { try read { try IndexContents($0) } }
}

/// Every row of an index, to be held against another's.
struct IndexContents {
    private static let tables = [
        "runs", "versions", "events", "alias_moves", "aliases", "measurements", "decisions", "journals", "glances",
    ]

    private let rows: [String: Set<Row>]

    /// What the rows are held by is itself a table; which of its own SQLite adds depends on how the index came to be.
    private static let queries =
        tables.map { ($0, "SELECT * FROM \($0)") } + [
            ("schema", "SELECT type, name, tbl_name, sql FROM sqlite_master WHERE name NOT GLOB 'sqlite_*'"),
            ("migrations", "SELECT * FROM grdb_migrations"),
        ]

    init(_ database: Database) throws {
        rows = Dictionary(
            uniqueKeysWithValues: try Self.queries.map { table, query in (table, Set(try Row.fetchAll(database, sql: query))) })
    }

    var versions: Int { rows["versions"]?.count ?? 0 }

    func differences(from old: IndexContents) -> [IndexRebuild.Difference] {
        Self.queries.compactMap { table, _ in
            let (before, after) = (old.rows[table] ?? [], rows[table] ?? [])
            guard before != after else { return nil }
            return IndexRebuild.Difference(
                table: table, onlyOld: before.subtracting(after).count, onlyNew: after.subtracting(before).count)
        }
    }
}
