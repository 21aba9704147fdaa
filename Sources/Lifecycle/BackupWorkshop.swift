import DurableFiles
import Foundation

/// The folder in which a backup is made, beside the file that it will be; who was killed there leaves one that the next backup removes.
enum BackupWorkshop {
    private static let prefix = DurableFile.draftPrefix + "backup-"
    /// Whoever has just made his folder has not locked it yet.
    private static let youth = 60

    /// - Throws: what `body` throws; the folder is gone then as otherwise.
    static func lend<Value>(in folder: URL, _ body: (URL) throws -> Value) throws -> Value {
        // a folder that is not there is a disk that is not mounted
        guard access(folder.path, F_OK) == 0 else { throw FileError(.open, folder, code: ENOENT) }
        try DurableFile.prepare(folder)
        try removeAbandoned(in: folder)
        let workshop = folder.appending(path: prefix + UUID().uuidString)
        try DurableFile.makeFolder(workshop, permissions: 0o700)
        let lock = try FileLock.take(lockFile(in: workshop))
        let outcome = Result { try body(workshop) }
        // what stays is litter by its name
        _ = Result { try DurableFile.remove(workshop) }
        withExtendedLifetime(lock) {}
        return try outcome.get()
    }

    private static func lockFile(in workshop: URL) -> URL { workshop.appending(path: "lock") }

    private static func removeAbandoned(in folder: URL) throws {
        for entry in try OpenFolder(folder).entries() where entry.isFolder && entry.name.hasPrefix(prefix) {
            let workshop = folder.appending(path: entry.name)
            guard try FileStamp(of: workshop).isOlder(thanSeconds: youth, at: .now) else { continue }
            guard let lock = try FileLock.take(lockFile(in: workshop)) else { continue }
            try DurableFile.remove(workshop)
            withExtendedLifetime(lock) {}
        }
    }
}
