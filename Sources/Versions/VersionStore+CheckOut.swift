import Adapters
import CGit2
import DurableFiles
import Foundation

extension VersionStore {
    /// Writes the files of a version into a new folder, which appears whole and on the disk, or not at all. Every byte is checked
    /// against its digest on the way.
    ///
    /// - Throws: `VersionError.folderExists` when the folder is there and not empty; `.damaged` for the first file that is not what
    ///   was committed.
    public func checkOut(_ version: VersionID, to destination: URL) throws {
        try Self.publishing(destination) { draft in try writeFiles(of: version, to: draft) }
    }

    /// Lets `fill` write into a draft that then appears as a folder, whole and on the disk, or not at all.
    ///
    /// - Throws: `VersionError.folderExists` when something stands there already; what `fill` throws.
    public static func publishing(_ destination: URL, _ fill: (_ draft: URL) throws -> Void) throws {
        do {
            try DurableFile.publishing(destination, fill)
        } catch let error as FileError
            where error.operation == .rename && [ENOTEMPTY, EEXIST, ENOTDIR].contains(error.code)
        {
            throw VersionError.folderExists(path: destination.path)
        }
    }

    /// Reads everything that a version is made of.
    ///
    /// - Returns: what is not as it was committed; nothing when all is well.
    public func verify(_ version: VersionID) throws -> [VersionFault] {
        try withRepository { repository in
            try files(of: version, repository).compactMap { file in
                do {
                    let data = try repository.readBlob(file.blob)
                    guard LargeFilePointer.isPointer(data) else { return nil }
                    let problem = try pointer(data, file.path, version)
                    return try LargeFileStore(repository: folder).problem(of: problem).map {
                        VersionFault(path: file.path, problem: $0)
                    }
                } catch let failure as GitFailure {
                    return VersionFault(path: file.path, problem: .unreadable(failure.message))
                } catch VersionError.damaged(_, let fault) {
                    return fault
                }
            }
        }
    }

    /// The files of a version that Git LFS keeps, by path.
    func largeFiles(of version: VersionID) throws -> [(path: String, pointer: LargeFilePointer)] {
        try withRepository { repository in
            try files(of: version, repository).compactMap { file in
                let data = try readBlob(file, of: version, repository)
                return LargeFilePointer.isPointer(data) ? (file.path, try pointer(data, file.path, version)) : nil
            }
        }
    }

    private func writeFiles(of version: VersionID, to draft: URL) throws {
        try withRepository { repository in
            for file in try files(of: version, repository) {
                let target = draft.appending(path: file.path)
                try DurableFile.makeFolder(target.deletingLastPathComponent())
                let data = try readBlob(file, of: version, repository)
                if LargeFilePointer.isPointer(data) {
                    try copyLargeFile(pointer(data, file.path, version), file.path, of: version, to: target)
                } else {
                    try DurableFile.write(data, to: target)
                }
            }
        }
    }

    private func copyLargeFile(_ pointer: LargeFilePointer, _ path: String, of version: VersionID, to target: URL) throws {
        let object = LargeFileStore(repository: folder).object(pointer.digest)
        guard FileManager.default.fileExists(atPath: object.path) else {
            throw VersionError.damaged(version, VersionFault(path: path, problem: .missingObject(oid: pointer.digest.hex)))
        }
        let (size, digest) = try FileBytes.copy(object, to: target)
        if let problem = LargeFileStore.problem(of: pointer, size: size, digest: digest) {
            throw VersionError.damaged(version, VersionFault(path: path, problem: problem))
        }
    }

    /// The files of a version's tree.
    private func files(
        of version: VersionID, _ repository: borrowing GitRepository
    ) throws -> [(path: String, blob: git_oid)] {
        let tree = try repository.details(of: try Self.commit(of: version, repository)).tree
        return try repository.files(of: tree)
    }

    private func readBlob(
        _ file: (path: String, blob: git_oid), of version: VersionID, _ repository: borrowing GitRepository
    ) throws -> Data {
        do throws(GitFailure) {
            return try repository.readBlob(file.blob)
        } catch {
            throw VersionError.damaged(version, VersionFault(path: file.path, problem: .unreadable(error.message)))
        }
    }

    private func pointer(_ data: Data, _ path: String, _ version: VersionID) throws -> LargeFilePointer {
        guard let pointer = LargeFilePointer(data) else {
            throw VersionError.damaged(
                version, VersionFault(path: path, problem: .unreadable("its Git LFS pointer is malformed")))
        }
        return pointer
    }
}
