import Adapters
import DurableFiles
import Foundation
import Registry
import Versions

/// Checked-out versions, a folder for each commit: made when first asked for, used again, safe to delete at any time.
struct VersionCache {
    /// How long one check-out waits for another to end.
    private static let patience = Duration.seconds(60)

    private let workspace: Workspace
    private var root: URL { workspace.layout.caches }

    init(of workspace: Workspace) { self.workspace = workspace }

    /// - Throws: `VersionError.locked` when another process checks versions out all that time.
    func folder(of version: PublishedVersion) throws -> URL {
        let folder = root.appending(path: version.commit.hex)
        try locked {
            guard !FileManager.default.fileExists(atPath: folder.path) else { return }
            try removeDrafts()
            try workspace.checkOut(version.version, to: folder)
        }
        return folder
    }

    /// Runs `body` while nobody else checks versions out or removes them here.
    ///
    /// - Throws: `VersionError.locked` when another process does all that time.
    func locked<Value>(_ body: () throws -> Value) throws -> Value {
        let lease = root.appending(path: ".lease")
        guard let lock = try FileLock.take(lease, waiting: Self.patience) else { throw VersionError.locked(path: lease.path) }
        return try withExtendedLifetime(lock, body)
    }

    /// What a killed check-out left; the lock is ours, so nobody writes there.
    private func removeDrafts() throws {
        for name in try FileManager.default.contentsOfDirectory(atPath: root.path) where name.hasPrefix(DurableFile.draftPrefix) {
            try DurableFile.remove(root.appending(path: name))
        }
    }
}
