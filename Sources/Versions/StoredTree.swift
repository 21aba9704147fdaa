import CGit2
import Digests
import DurableFiles
import Foundation

/// The files of a tree that git holds, those that Git LFS keeps among them; every byte is checked against its digest when it is read.
struct StoredTree {
    typealias File = (path: String, blob: git_oid)

    /// A file that is not what was committed; whoever reads says of what it is one.
    struct BadFile: Error {
        let fault: VersionFault

        init(_ fault: VersionFault) { self.fault = fault }

        init(_ path: String, _ problem: VersionFault.Problem) {
            self.init(VersionFault(path: path, problem: problem))
        }
    }

    /// The repository's folder.
    let folder: URL
    let files: [File]

    init(_ tree: git_oid, in folder: URL, _ repository: borrowing GitRepository) throws {
        self.folder = folder
        files = try repository.files(of: tree)
    }

    func file(at path: String) -> File? { files.first { $0.path == path } }

    /// The bytes as git itself holds them: a pointer, where Git LFS keeps the file.
    func blob(_ file: File, _ repository: borrowing GitRepository) throws -> Data {
        do throws(GitFailure) {
            return try repository.readBlob(file.blob)
        } catch {
            throw BadFile(file.path, .unreadable(error.message))
        }
    }

    /// Nil when git itself holds the file.
    func pointer(_ data: Data, of path: String) throws -> LargeFilePointer? {
        guard LargeFilePointer.isPointer(data) else { return nil }
        guard let pointer = LargeFilePointer(data) else {
            throw BadFile(path, .unreadable("its Git LFS pointer is malformed"))
        }
        return pointer
    }

    /// Size and digest of a file, of a large one as its pointer says.
    func extent(of file: File, _ repository: borrowing GitRepository) throws -> LargeFilePointer {
        let data = try blob(file, repository)
        return try pointer(data, of: file.path) ?? LargeFilePointer(digest: ContentDigest(of: data), size: data.count)
    }

    func largeFiles(_ repository: borrowing GitRepository) throws -> [(path: String, pointer: LargeFilePointer)] {
        var seen = SeenBlobs()
        return try largeFiles(repository, &seen)
    }

    /// Blobs that trees share are read once.
    func largeFiles(
        _ repository: borrowing GitRepository, _ seen: inout SeenBlobs
    ) throws -> [(path: String, pointer: LargeFilePointer)] {
        try files.compactMap { file in
            let id = GitLibrary.hex(file.blob)
            let found = try seen.pointers[id] ?? pointer(blob(file, repository), of: file.path)
            seen.pointers[id] = .some(found)
            return found.map { (file.path, $0) }
        }
    }

    /// By the id of each blob that was read, the pointer that it is; nil for what is none.
    struct SeenBlobs {
        fileprivate var pointers: [String: LargeFilePointer?] = [:]
    }

    /// Reads everything.
    ///
    /// - Returns: what is not as it was committed.
    func faults(_ repository: borrowing GitRepository) throws -> [VersionFault] {
        let large = LargeFileStore(repository: folder)
        return try files.compactMap { file in
            do {
                guard let pointer = try pointer(blob(file, repository), of: file.path) else { return nil }
                return try large.problem(of: pointer).map { VersionFault(path: file.path, problem: $0) }
            } catch let bad as BadFile {
                return bad.fault
            }
        }
    }

    /// Writes some of the files into a folder under their own names.
    func write(_ files: [File], to folder: URL, _ repository: borrowing GitRepository) throws {
        for file in files {
            let target = folder.appending(path: file.path)
            try DurableFile.makeFolder(target.deletingLastPathComponent())
            let data = try blob(file, repository)
            if let pointer = try pointer(data, of: file.path) {
                try copy(pointer, file.path, to: target)
            } else {
                try DurableFile.write(data, to: target)
            }
        }
    }

    private func copy(_ pointer: LargeFilePointer, _ path: String, to target: URL) throws {
        let object = LargeFileStore(repository: folder).object(pointer.digest)
        guard FileManager.default.fileExists(atPath: object.path) else {
            throw BadFile(path, .missingObject(oid: pointer.digest.hex))
        }
        let (size, digest) = try FileBytes.copy(object, to: target)
        if let problem = LargeFileStore.problem(of: pointer, size: size, digest: digest) { throw BadFile(path, problem) }
    }
}
