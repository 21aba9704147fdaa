import Digests
import DurableFiles
import Foundation

/// The text that stands in git for a file that Git LFS keeps.
///
/// ```
/// version https://git-lfs.github.com/spec/v1
/// oid sha256:<64 hex digits>
/// size <bytes>
/// ```
struct LargeFilePointer: Hashable {
    let digest: ContentDigest
    let size: Int

    /// Files larger than this many bytes are kept outside git's own objects.
    static let threshold = 1 << 20
    /// No pointer is longer.
    static let sizeLimit = 1024
    private static let version = "version https://git-lfs.github.com/spec/v1"

    init(digest: ContentDigest, size: Int) {
        self.digest = digest
        self.size = size
    }

    var data: Data { Data("\(Self.version)\noid sha256:\(digest.hex)\nsize \(size)\n".utf8) }

    static func isPointer(_ data: Data) -> Bool { data.count <= sizeLimit && data.starts(with: Data("\(version)\n".utf8)) }

    /// Nil when the text is not exactly a pointer of this version.
    init?(_ data: Data) {
        guard Self.isPointer(data) else { return nil }
        let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
        guard lines.count == 4, lines[3].isEmpty, lines[1].hasPrefix("oid sha256:"), lines[2].hasPrefix("size "),
            let digest = ContentDigest(String(lines[1].dropFirst(4))), let size = Int(lines[2].dropFirst(5)), size >= 0
        else { return nil }
        self.init(digest: digest, size: size)
    }
}

/// The object folder of Git LFS in a bare repository: `lfs/objects/ab/cd/<oid>`.
struct LargeFileStore {
    /// The repository's folder.
    let repository: URL

    func object(_ digest: ContentDigest) -> URL {
        let hex = digest.hex
        return repository.appending(path: "lfs/objects/\(hex.prefix(2))/\(hex.dropFirst(2).prefix(2))/\(hex)")
    }

    /// Copies a file into the store, where it appears whole or not at all. An object that is there already is replaced,
    /// which mends it if it was damaged.
    func store(_ file: URL) throws -> LargeFilePointer {
        let drafts = repository.appending(path: "lfs/tmp")
        try DurableFile.makeFolder(drafts)
        let draft = drafts.appending(path: DurableFile.draftPrefix + UUID().uuidString)
        let (size, digest) = try FileBytes.copy(file, to: draft)
        do {
            return try place(draft, size: size, digest)
        } catch {
            unlink(draft.path)
            throw error
        }
    }

    /// Copies an object of another store here, unless it is not what its pointer says.
    ///
    /// - Returns: what is wrong with it.
    func copy(_ pointer: LargeFilePointer, from other: LargeFileStore) throws -> VersionFault.Problem? {
        let source = other.object(pointer.digest)
        guard access(source.path, F_OK) == 0 else { return .missingObject(oid: pointer.digest.hex) }
        return try receive(pointer) { draft in try FileBytes.copy(source, to: draft) }
    }

    /// Lets `write` make a draft of an object, on the disk, and gives it its name if it is what the pointer says.
    ///
    /// - Returns: what is wrong with it; nothing is stored then.
    func receive(
        _ pointer: LargeFilePointer, _ write: (_ draft: URL) throws -> (size: Int, digest: ContentDigest)
    ) throws -> VersionFault.Problem? {
        let drafts = repository.appending(path: "lfs/tmp")
        try DurableFile.makeFolder(drafts)
        let draft = drafts.appending(path: DurableFile.draftPrefix + UUID().uuidString)
        do {
            let (size, digest) = try write(draft)
            if let problem = Self.problem(of: pointer, size: size, digest: digest) {
                unlink(draft.path)
                return problem
            }
            _ = try place(draft, size: size, digest)
            return nil
        } catch {
            unlink(draft.path)
            throw error
        }
    }

    /// Moves a file that its writer digested and synced into the store; where that lies on another file system, it is copied.
    ///
    /// - Throws: `VersionError.changedWhileRead` when it has another size by now.
    func take(_ file: URL, _ known: (size: Int, digest: ContentDigest)) throws -> LargeFilePointer {
        guard try FileStamp(of: file).size == known.size else { throw VersionError.changedWhileRead(path: file.path) }
        do {
            return try place(file, size: known.size, known.digest)
        } catch let error as FileError where error.code == EXDEV {
            return try store(file)
        }
    }

    private func place(_ file: URL, size: Int, _ digest: ContentDigest) throws -> LargeFilePointer {
        let object = object(digest)
        try DurableFile.makeFolder(object.deletingLastPathComponent())
        try DurableFile.rename(file, to: object)
        try DurableFile.syncFolder(object.deletingLastPathComponent())
        return LargeFilePointer(digest: digest, size: size)
    }

    /// What is wrong with the object of a pointer; nil when its bytes are those that were committed.
    func problem(of pointer: LargeFilePointer) throws -> VersionFault.Problem? {
        let file = object(pointer.digest)
        guard FileManager.default.fileExists(atPath: file.path) else { return .missingObject(oid: pointer.digest.hex) }
        var hash = ContentDigest.Hash()
        var size = 0
        try FileBytes.read(file) { piece in
            hash.update(piece)
            size += piece.count
        }
        return Self.problem(of: pointer, size: size, digest: hash.finish())
    }

    /// What can be seen to be wrong without reading the object: that it is not there, or has another size.
    func visibleProblem(of pointer: LargeFilePointer) throws -> VersionFault.Problem? {
        var status = stat()
        guard stat(object(pointer.digest).path, &status) == 0 else {
            guard errno == ENOENT else { throw FileError(.read, object(pointer.digest)) }
            return .missingObject(oid: pointer.digest.hex)
        }
        let size = Int(status.st_size)
        return size == pointer.size ? nil : .wrongSize(expected: pointer.size, found: size)
    }

    static func problem(of pointer: LargeFilePointer, size: Int, digest: ContentDigest) -> VersionFault.Problem? {
        if size != pointer.size { return .wrongSize(expected: pointer.size, found: size) }
        return digest == pointer.digest ? nil : .wrongDigest(expected: "\(pointer.digest)", found: "\(digest)")
    }
}
