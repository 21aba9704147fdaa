import DurableFiles
import Foundation

/// What a writer that was killed has left in the repository under a name that only it knew.
enum HalfWrittenFiles {
    /// libgit2 writes objects and packs under such names before it gives them their own.
    private static let names: [(folder: String, isHalfWritten: @Sendable (String) -> Bool)] = [
        ("lfs/tmp", { $0.hasPrefix(DurableFile.draftPrefix) }),
        ("objects", { $0.hasPrefix("tmp_object_git2_") }),
        // the same pack has the same name, and so the same lock
        ("objects/pack", { $0.hasPrefix("pack_git2_") || $0.hasSuffix(".idx.lock") }),
    ]

    static func find(in repository: URL) throws(FileError) -> [URL] {
        var found: [URL] = []
        for (name, isHalfWritten) in names {
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
