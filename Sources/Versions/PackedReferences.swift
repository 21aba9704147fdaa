import CGit2
import DurableFiles
import Foundation

/// The one file in which git keeps references that have no file of their own: thousands are read at once.
///
/// It is written by git's own protocol, because `git_refdb_compress` reads references before it takes the lock: what `git pack-refs` in
/// another process packed in between would be lost. Whoever moves a reference meanwhile gives it a file of its own again, which
/// counts before the packed one and is left alone here.
struct PackedReferences {
    static let name = "packed-refs"

    struct Line {
        let name: String
        let target: git_oid
        /// What the tag leads to; nil for what is no tag.
        let peeled: git_oid?
    }

    let repository: URL

    /// Gathers all references and removes the files of those that still stand where they stood.
    ///
    /// - Returns: whether it was done; another process may be packing.
    func gather(_ read: () throws -> [Line]) throws -> Bool {
        let (file, lock) = (repository.appending(path: Self.name), repository.appending(path: "\(Self.name).lock"))
        guard let draft = try Self.create(lock) else { return false }
        let lines: [Line]
        do {
            lines = try read()
            try draft.write(Data(Self.text(lines).utf8))
            try DurableFile.rename(lock, to: file)
        } catch {
            unlink(lock.path)
            throw error
        }
        try DurableFile.syncFolder(repository)
        for line in lines { try removeFile(of: line) }
        try removeEmptyFolders()
        return true
    }

    static func text(_ lines: [Line]) -> String {
        var text = "# pack-refs with: peeled fully-peeled sorted \n"
        for line in lines {
            text += "\(GitLibrary.hex(line.target)) \(line.name)\n"
            if let peeled = line.peeled { text += "^\(GitLibrary.hex(peeled))\n" }
        }
        return text
    }

    private func removeFile(of line: Line) throws {
        let place = repository.appending(path: line.name)
        guard access(place.path, F_OK) == 0 else { return }
        let lock = repository.appending(path: "\(line.name).lock")
        guard try Self.create(lock) != nil else { return }
        defer { unlink(lock.path) }
        guard let bytes = FileManager.default.contents(atPath: place.path) else { return }
        let stands = String(decoding: bytes, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
        guard stands == GitLibrary.hex(line.target) else { return }
        guard unlink(place.path) == 0 || errno == ENOENT else { throw FileError(.delete, place) }
    }

    /// Each adapter has a folder of tags, and a look at thousands of empty ones takes its time. One that is filled again stays.
    private func removeEmptyFolders() throws {
        let tags = repository.appending(path: "refs/tags")
        for entry in try OpenFolder(tags).entries() where entry.isFolder { rmdir(tags.appending(path: entry.name).path) }
        for folder in ["refs/tags", "refs/heads/adapters", "refs/heads/journal"] {
            let place = repository.appending(path: folder)
            if access(place.path, F_OK) == 0 { try DurableFile.syncFolder(place) }
        }
    }

    /// Nil when somebody else holds the lock.
    private static func create(_ lock: URL) throws(FileError) -> LockFile? {
        let descriptor = open(lock.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o644)
        if descriptor >= 0 { return LockFile(descriptor: descriptor, file: lock) }
        guard errno == EEXIST else { throw FileError(.create, lock) }
        return nil
    }
}

/// A lock of git that becomes the file it guards.
private struct LockFile: ~Copyable {
    let descriptor: Int32
    let file: URL

    deinit { close(descriptor) }

    func write(_ data: Data) throws(FileError) {
        let count = data.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress, $0.count) }
        guard count == data.count else { throw FileError(.write, file) }
        guard fsync(descriptor) == 0 else { throw FileError(.sync, file) }
    }
}

extension VersionStore {
    /// How many references may lie in files of their own before they are gathered.
    public static let looseReferences = 1_000

    /// Gathers references in one file, if nobody publishes meanwhile.
    public func packReferences() throws {
        guard let lease = try PublicationLease.takeIfFree(folder) else { return }
        try lease.moving([PackedReferences.name]) {
            _ = try PackedReferences(repository: folder).gather(referenceLines)
        }
    }

    func referenceLines() throws -> [PackedReferences.Line] { try withRepository { repository in try repository.lines() } }
}

extension GitRepository {
    /// Every reference but symbolic ones, sorted by the bytes of their names, by which git searches them.
    func lines() throws(GitFailure) -> [PackedReferences.Line] {
        var lines: [PackedReferences.Line] = []
        try forEachReference(matching: "refs/*") { reference throws(GitFailure) in
            guard let name = git_reference_name(reference), let target = git_reference_target(reference)?.pointee else { return }
            let peeled = try peeled(reference, to: GIT_OBJECT_ANY)
            lines.append(
                PackedReferences.Line(name: String(cString: name), target: target, peeled: peeled == target ? nil : peeled))
        }
        return lines.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }
}
