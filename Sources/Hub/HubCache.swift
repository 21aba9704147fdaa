import Digests
import DurableFiles
import Foundation

/// The cache of the hub's files that all tools on a machine share.
///
/// ```
/// models--ORG--NAME/refs/BRANCH            the commit it was at
/// models--ORG--NAME/blobs/DIGEST           contents
/// models--ORG--NAME/snapshots/COMMIT/PATH  links to them
/// models--ORG--NAME/.no_exist/COMMIT/PATH  empty: known to be absent
/// .locks/models--ORG--NAME/DIGEST.lock     held by whoever downloads; flock, as other tools hold it
/// ```
public struct HubCache: Sendable, Hashable {
    public let root: URL
    private let usesLinks: Bool

    public init(_ settings: HubSettings) { (root, usesLinks) = (settings.cache, settings.usesLinks) }

    private func folder(of repository: RepositoryID) -> URL { root.appending(path: repository.folder) }

    /// The folder of a revision that was downloaded, with its commit; nil when it was not.
    public func snapshot(of reference: HubReference) throws -> (folder: URL, commit: String)? {
        let folder = folder(of: reference.repository)
        var commit = reference.revision
        if !reference.isCommit {
            let file = folder.appending(path: "refs/\(reference.revision)")
            guard let data = FileManager.default.contents(atPath: file.path) else { return nil }
            commit = String(decoding: data.prefix(64), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
            // a reference is a file that anybody may have written
            guard HubReference.isCommit(commit) else { return nil }
        }
        let snapshot = folder.appending(path: "snapshots/\(commit)")
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: snapshot.path, isDirectory: &isFolder), isFolder.boolValue else {
            return nil
        }
        return (snapshot, commit)
    }

    // MARK: Writing

    func snapshotFolder(of repository: RepositoryID, at commit: String) -> URL {
        folder(of: repository).appending(path: "snapshots/\(commit)")
    }

    func blob(of file: HubFile, in repository: RepositoryID) -> URL {
        folder(of: repository).appending(path: "blobs/\(file.digest.hex)")
    }

    func lock(of file: HubFile, in repository: RepositoryID) -> URL {
        root.appending(path: ".locks/\(repository.folder)/\(file.digest.hex).lock")
    }

    func prepare(_ repository: RepositoryID) throws {
        try DurableFile.makeFolder(folder(of: repository).appending(path: "blobs"))
        try DurableFile.makeFolder(root.appending(path: ".locks/\(repository.folder)"))
        let tag = root.appending(path: "CACHEDIR.TAG")
        guard !FileManager.default.fileExists(atPath: tag.path) else { return }
        try DurableFile.write(Data("Signature: 8a477f597d28d172789f06886806bc55\n# A cache of model files.\n".utf8), to: tag)
    }

    /// Whether the content of a file is there, in its size.
    func holds(_ file: HubFile, of repository: RepositoryID) -> Bool { size(of: blob(of: file, in: repository)) == file.size }

    private func size(of place: URL) -> Int? {
        var status = stat()
        guard stat(place.path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
        return Int(status.st_size)
    }

    /// Lets a file of a snapshot be its content among the blobs.
    func link(_ file: HubFile, of repository: RepositoryID, at commit: String) throws {
        let place = snapshotFolder(of: repository, at: commit).appending(path: file.path)
        let target = String(repeating: "../", count: file.depth + 2) + "blobs/\(file.digest.hex)"
        guard !isLink(place, to: target) else { return }
        let folder = place.deletingLastPathComponent()
        try DurableFile.makeFolder(folder)
        let draft = folder.appending(path: DurableFile.draftPrefix + UUID().uuidString)
        do {
            if usesLinks {
                guard symlink(target, draft.path) == 0 else { throw FileError(.create, draft) }
            } else {
                _ = try FileBytes.copy(blob(of: file, in: repository), to: draft)
            }
            try DurableFile.rename(draft, to: place)
        } catch {
            unlink(draft.path)
            throw error
        }
        try DurableFile.syncFolder(folder)
    }

    private func isLink(_ place: URL, to target: String) -> Bool {
        var bytes = [CChar](repeating: 0, count: 4096)
        let count = readlink(place.path, &bytes, bytes.count)
        return count >= 0 && String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self) == target
    }

    /// Notes which names that loaders look for are not among the files of a commit.
    func noteAbsent(_ files: [HubFile], of repository: RepositoryID, at commit: String) throws {
        let there = Set(files.map(\.path))
        let folder = folder(of: repository).appending(path: ".no_exist/\(commit)")
        try DurableFile.makeFolder(folder)
        for name in NeededFiles.sought where !there.contains(name) {
            _ = FileManager.default.createFile(atPath: folder.appending(path: name).path, contents: nil)
        }
    }

    func note(_ reference: HubReference, isAt commit: String) throws {
        guard !reference.isCommit else { return }
        let file = folder(of: reference.repository).appending(path: "refs/\(reference.revision)")
        try DurableFile.makeFolder(file.deletingLastPathComponent())
        try DurableFile.write(Data(commit.utf8), to: file)
    }

    /// - Throws: `HubError.noSpace`; nothing where the file system does not say how much is free.
    func requireSpace(for bytes: Int) throws {
        var status = statvfs()
        guard statvfs(root.path, &status) == 0, status.f_blocks > 0 else { return }
        let free = Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
        guard bytes <= free else { throw HubError.noSpace(path: root.path, needed: bytes, free: free) }
    }
}
