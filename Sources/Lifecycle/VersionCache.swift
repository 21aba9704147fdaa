import Adapters
import Digests
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
        guard workspace.registry.access == .readWrite else {
            guard try DigestList.changes(in: folder)?.isEmpty ?? false else {
                throw AdapterLocationError.notCheckedOut(version.version, registry: workspace.layout.root.path)
            }
            return folder
        }
        try locked {
            if FileManager.default.fileExists(atPath: folder.path) {
                guard try !isWhole(folder) else { return }
                // whoever has mapped its files keeps them
                try FileManager.default.removeItem(at: folder)
            }
            try removeDrafts()
            try workspace.checkOut(version.version, to: folder)
        }
        return folder
    }

    /// Whether every file is still what was checked out; what was not read since it was looked at is read once more.
    private func isWhole(_ folder: URL) throws -> Bool {
        try DigestList.changes(in: folder) { try workspace.weights.digests.digest(of: $0) }?.isEmpty ?? false
    }

    /// The files of checked-out versions that are not what was checked out, all read again.
    func changes() throws -> [URL] {
        guard FileManager.default.fileExists(atPath: root.path) else { return [] }
        return try OpenFolder(root).entries().filter { $0.isFolder && CommitID($0.name) != nil }.map(\.name).sorted().flatMap {
            name in
            let folder = root.appending(path: name)
            return try (DigestList.changes(in: folder) ?? []).map { folder.appending(path: $0) }
        }
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
