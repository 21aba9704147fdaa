import Adapters
import CGit2
import Digests
import DurableFiles
import Foundation

/// Where all references of a repository stood at one moment.
public struct RepositorySnapshot: Sendable {
    let lines: [PackedReferences.Line]
    /// The branch that HEAD named, whether it was there or not.
    let head: String

    /// A Git LFS file that some reference leads to.
    public struct LargeFile: Sendable {
        public let digest: ContentDigest
        public let size: Int
        /// Where its bytes lie, and where they belong in a copy.
        public let file: URL
        public let path: String
    }

    public var references: [String] { lines.map(\.name) }
}

/// A copy of the repository at one moment, while others go on writing to it.
extension VersionStore {
    /// Notes where everything stands; whoever calls keeps publications and journals from being written meanwhile.
    public func snapshot() throws -> RepositorySnapshot {
        try withRepository { repository in
            RepositorySnapshot(lines: try repository.lines(), head: try repository.headName())
        }
    }

    /// Keeps others from publishing while `body` runs.
    public func whileNobodyPublishes<Value>(_ body: () throws -> Value) throws -> Value {
        let lease = try PublicationLease.wait(for: folder)
        return try withExtendedLifetime(lease, body)
    }

    /// Lays a bare repository into a folder that holds what a snapshot leads to, its objects in one pack; but no large files.
    ///
    /// - Throws: `VersionError.damagedRepository`: what packs them must not be handed objects that nobody has looked at.
    public func copy(_ snapshot: RepositorySnapshot, to copy: URL) throws {
        if let fault = try Self.fileFaults(of: folder).first { throw fault }
        try Self.translatingFailures(at: copy) {
            try GitRepository.create(at: copy)
            let made = try GitRepository(opening: copy)
            try GitLibrary.check("set HEAD", git_repository_set_head(made.handle.pointer, snapshot.head))
        }
        try withRepository { repository in
            try repository.pack(snapshot.lines.map(\.target), into: copy.appending(path: "objects/pack"))
        }
        try DurableFile.write(
            Data(PackedReferences.text(snapshot.lines).utf8), to: copy.appending(path: PackedReferences.name))
    }

    /// Each large file that a snapshot leads to, once, sorted, whether it is here or not.
    public func largeFiles(of snapshot: RepositorySnapshot) throws -> [RepositorySnapshot.LargeFile] {
        let store = LargeFileStore(repository: folder)
        let pointers = try withRepository { repository in
            var pointers: Set<LargeFilePointer> = []
            for line in snapshot.lines where !line.name.hasPrefix(Self.journalBranches) {
                guard let commit = try repository.peeledCommit(line.target) else { continue }
                pointers.formUnion(try repository.pointers(in: repository.details(of: commit).tree))
            }
            return pointers
        }
        return pointers.sorted { $0.digest.hex < $1.digest.hex }.map { pointer in
            let file = store.object(pointer.digest)
            return RepositorySnapshot.LargeFile(
                digest: pointer.digest, size: pointer.size, file: file,
                path: String(file.path.dropFirst(folder.path.count + 1)))
        }
    }
}

extension GitRepository {
    /// The branch that HEAD names.
    fileprivate func headName() throws(GitFailure) -> String {
        let head = try GitHandle("read HEAD", free: git_reference_free) {
            git_reference_lookup($0, handle.pointer, "HEAD")
        }
        return git_reference_symbolic_target(head.pointer).map { String(cString: $0) } ?? "refs/heads/main"
    }

    /// Writes one pack with its index: these objects, and all that they lead to.
    func pack(_ ids: [git_oid], into folder: URL) throws(GitFailure) {
        let builder = try GitHandle("prepare a pack", free: git_packbuilder_free) {
            git_packbuilder_new($0, handle.pointer)
        }
        let walk = try GitHandle("prepare a walk", free: git_revwalk_free) { git_revwalk_new($0, handle.pointer) }
        for id in ids {
            var id = id
            // a tag leads to a commit, whose ancestors the walk finds
            try GitLibrary.check("pack a reference", git_packbuilder_insert_recur(builder.pointer, &id, nil))
            guard var commit = try peeledCommit(id) else { continue }
            try GitLibrary.check("walk a history", git_revwalk_push(walk.pointer, &commit))
        }
        try GitLibrary.check("pack the histories", git_packbuilder_insert_walk(builder.pointer, walk.pointer))
        guard git_packbuilder_object_count(builder.pointer) > 0 else { return }
        try GitLibrary.check("write a pack", git_packbuilder_write(builder.pointer, folder.path, 0, nil, nil))
    }

    /// The commit that an object is or, as a tag, leads to; nil for what leads to none.
    fileprivate func peeledCommit(_ id: git_oid) throws(GitFailure) -> git_oid? {
        var id = id
        let object = try GitHandle("read an object", free: git_object_free) {
            git_object_lookup($0, handle.pointer, &id, GIT_OBJECT_ANY)
        }
        var commit: OpaquePointer?
        guard git_object_peel(&commit, object.pointer, GIT_OBJECT_COMMIT) == 0, let commit else { return nil }
        defer { git_object_free(commit) }
        return git_object_id(commit).pointee
    }
}
