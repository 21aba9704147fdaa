import Adapters
import DurableFiles
import Foundation
import GRDB

/// The SQLite file: how it is opened, and what its failures mean.
enum IndexDatabase {
    /// How long a connection waits for another's transaction.
    private static let patience: TimeInterval = 20

    static func open(_ layout: RegistryLayout) throws -> DatabaseQueue {
        try makePrivate(layout.database)
        let queue = try translatingErrors(at: layout.database) {
            try DatabaseQueue(path: layout.database.path, configuration: configuration)
        }
        try translatingErrors(at: layout.database, on: queue) { try migrate(queue, layout) }
        return queue
    }

    /// A new index in a file of its own.
    static func create(_ file: URL) throws -> DatabaseQueue {
        try makePrivate(file)
        let queue = try translatingErrors(at: file) { try DatabaseQueue(path: file.path, configuration: configuration) }
        try translatingErrors(at: file, on: queue) { try Migrations.migrator.migrate(queue) }
        return queue
    }

    /// Removes an index and what SQLite has left beside it.
    static func remove(_ file: URL) throws {
        for place in [file, journal(of: file)] where unlink(place.path) != 0 && errno != ENOENT {
            throw FileError(.delete, place)
        }
    }

    /// Moves an index that cannot be read out of the way, its journal first: SQLite would play that into the next one.
    ///
    /// - Returns: where it lies now; nil when there was none.
    static func setAside(_ layout: RegistryLayout, at time: Timestamp) throws -> URL? {
        guard FileManager.default.fileExists(atPath: layout.database.path) else { return nil }
        let aside = layout.state.appending(path: "lora.sqlite.damaged-\(time.secondsSinceEpoch)")
        if FileManager.default.fileExists(atPath: journal(of: layout.database).path) {
            try DurableFile.rename(journal(of: layout.database), to: journal(of: aside))
        }
        try DurableFile.rename(layout.database, to: aside)
        return aside
    }

    private static func journal(of file: URL) -> URL { URL(filePath: file.path + "-journal") }

    /// - Throws: `RegistryError.readOnly` when there is no index yet, or an older one that would have to be changed first.
    static func openReadOnly(_ layout: RegistryLayout) throws -> DatabaseQueue {
        guard FileManager.default.fileExists(atPath: layout.database.path) else {
            throw RegistryError.readOnly(path: layout.root.path)
        }
        return try translatingErrors(at: layout.database) {
            var configuration = Configuration()
            configuration.busyMode = .timeout(patience)
            configuration.readonly = true
            let queue = try DatabaseQueue(path: layout.database.path, configuration: configuration)
            let state = try state(of: queue, layout)
            guard !state.isNewer else { throw RegistryError.newerSchema(path: layout.database.path) }
            guard state.isCurrent else { throw RegistryError.readOnly(path: layout.root.path) }
            return queue
        }
    }

    /// Creates the file as its owner's alone whatever the umask, before SQLite would create it more openly;
    /// SQLite gives its journal the same permissions.
    private static func makePrivate(_ file: URL) throws {
        let descriptor = Foundation.open(file.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw FileError(.open, file) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(.open, file) }
        // setting what is set would give the file another stamp
        guard status.st_mode & 0o777 == 0o600 || fchmod(descriptor, 0o600) == 0 else { throw FileError(.create, file) }
    }

    /// The rollback journal, because a shell and a scheduled job write side by side: SQLite before 3.51.3 can corrupt
    /// a write-ahead log in that pattern. `EXTRA` also makes the journal's deletion durable; without it a power cut
    /// may bring a committed transaction back as a hot journal.
    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(patience)
        configuration.prepareDatabase { database in
            try database.execute(
                sql: """
                    PRAGMA journal_mode = DELETE;
                    PRAGMA synchronous = EXTRA;
                    PRAGMA mmap_size = 0;
                    PRAGMA cell_size_check = ON;
                    """)
        }
        return configuration
    }

    /// Two processes that open a new registry at once would both create its tables: one waits for the other.
    private static func migrate(_ queue: DatabaseQueue, _ layout: RegistryLayout) throws {
        let state = try state(of: queue, layout)
        guard !state.isNewer else { throw RegistryError.newerSchema(path: layout.database.path) }
        guard !state.isCurrent else { return }
        guard let lock = try FileLock.take(layout.schemaLock, waiting: .seconds(patience)) else {
            throw RegistryError.databaseBusy(path: layout.database.path)
        }
        try withExtendedLifetime(lock) { try Migrations.migrator.migrate(queue) }
    }

    /// - Throws: `RegistryError.corruptDatabase` where a migration that no release has stands in the place of one that all have: later
    ///   releases only add some.
    private static func state(of queue: DatabaseQueue, _ layout: RegistryLayout) throws -> (isNewer: Bool, isCurrent: Bool) {
        let migrator = Migrations.migrator
        let (isNewer, isCurrent) = try queue.read { database in
            (try migrator.hasBeenSuperseded(database), try migrator.hasCompletedMigrations(database))
        }
        guard isCurrent || !isNewer else {
            throw RegistryError.corruptDatabase(path: layout.database.path, message: "it names a migration that there never was")
        }
        return (isNewer, isCurrent)
    }
}
