import DurableFiles
import Foundation

/// What a writer that was killed has left in the repository under a name that only it knew.
enum HalfWrittenFiles {
    private struct Kind {
        let folder: String
        /// Whether it is written under the lease of the repository alone. Objects are written with journals too, which need none.
        let needsLease: Bool
        let isHalfWritten: @Sendable (String) -> Bool
    }

    /// libgit2 writes objects and packs under such names before it gives them their own.
    private static let kinds = [
        Kind(folder: "lfs/tmp", needsLease: true) { $0.hasPrefix(DurableFile.draftPrefix) },
        Kind(folder: "objects", needsLease: false) { $0.hasPrefix("tmp_object_git2_") },
        // the same pack has the same name, and so the same lock
        Kind(folder: "objects/pack", needsLease: true) { $0.hasPrefix("pack_git2_") || $0.hasSuffix(".idx.lock") },
    ]

    /// - Parameter underLease: only what nobody can be writing while the lease is held.
    static func find(in repository: URL, underLease: Bool = false) throws(FileError) -> [URL] {
        var found: [URL] = []
        for kind in kinds where kind.needsLease || !underLease {
            let (name, isHalfWritten) = (kind.folder, kind.isHalfWritten)
            let folder = repository.appending(path: name)
            guard access(folder.path, F_OK) == 0 else { continue }
            for entry in try OpenFolder(folder).entries() where isHalfWritten(entry.name) {
                found.append(folder.appending(path: entry.name))
            }
        }
        return found
    }
}

extension VersionStore {
    /// Whether files lie there that somebody is writing, or was writing when he died.
    public var hasHalfWrittenFiles: Bool { get throws { try !HalfWrittenFiles.find(in: folder).isEmpty } }

    /// Removes them. Journals are written without the lease, so the caller sees to it that nobody appends to one meanwhile; while somebody
    /// publishes, nothing is removed.
    public func removeHalfWrittenFiles() throws {
        guard let lease = try PublicationLease.takeIfFree(folder) else { return }
        try withExtendedLifetime(lease) {
            for file in try HalfWrittenFiles.find(in: folder) { try DurableFile.remove(file) }
        }
    }
}
