import Adapters
import Digests
import DurableFiles
import Foundation

extension VersionStore {
    /// Writes the files of a version into a new folder, which appears whole and on the disk, or not at all. Every byte is checked
    /// against its digest on the way, and listed in `SHA256SUMS`, so that it can be checked again where there is no git.
    ///
    /// - Throws: `VersionError.folderExists` when the folder is there and not empty; `.damaged` for the first file that is not what
    ///   was committed.
    public func checkOut(_ version: VersionID, to destination: URL) throws {
        try Self.publishing(destination) { draft in
            try withTree(of: version) { tree, repository in try tree.write(tree.files, to: draft, repository) }
            try DigestList.write(in: draft)
        }
    }

    /// Reads everything that a version is made of.
    ///
    /// - Returns: what is not as it was committed; nothing when all is well.
    public func verify(_ version: VersionID) throws -> [VersionFault] {
        try withTree(of: version) { tree, repository in try tree.faults(repository) }
    }

    /// The files of a version that Git LFS keeps, by path.
    func largeFiles(of version: VersionID) throws -> [(path: String, pointer: LargeFilePointer)] {
        try withTree(of: version) { tree, repository in try tree.largeFiles(repository) }
    }

    private func withTree<Value>(
        of version: VersionID, _ body: (StoredTree, borrowing GitRepository) throws -> Value
    ) throws -> Value {
        try withRepository { repository in try withTree(of: version, repository) { try body($0, repository) } }
    }

    func withTree<Value>(
        of version: VersionID, _ repository: borrowing GitRepository, _ body: (StoredTree) throws -> Value
    ) throws -> Value {
        let commit = try Self.commit(of: version, repository)
        let tree = try StoredTree(repository.details(of: commit).tree, in: folder, repository)
        do {
            return try body(tree)
        } catch let bad as StoredTree.BadFile {
            throw VersionError.damaged(version, bad.fault)
        }
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
}
