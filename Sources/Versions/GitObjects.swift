import Adapters
import CGit2
import Foundation

/// Writing and reading of blobs, trees, commits and tags.
extension GitRepository {
    func writeBlob(_ data: Data) throws(GitFailure) -> git_oid {
        var id = git_oid()
        GitLibrary.forgetFailures()
        let code = data.withUnsafeBytes { git_blob_create_from_buffer(&id, handle.pointer, $0.baseAddress, $0.count) }
        try GitLibrary.check("write a file", code)
        return id
    }

    /// - Throws: a failure with `GIT_EMISMATCH` when the stored bytes are not those of the id.
    func readBlob(_ id: git_oid) throws(GitFailure) -> Data {
        var id = id
        try requireSound(id)
        let blob = try GitHandle("read a file", free: git_blob_free) { git_blob_lookup($0, handle.pointer, &id) }
        let size = Int(git_blob_rawsize(blob.pointer))
        guard size > 0, let bytes = git_blob_rawcontent(blob.pointer) else { return Data() }
        return Data(bytes: bytes, count: size)
    }

    /// Writes a tree of blobs by path, with the trees below it.
    func writeTree(_ files: [(path: String, blob: git_oid)]) throws(GitFailure) -> git_oid {
        let builder = try GitHandle("build a tree", free: git_treebuilder_free) {
            git_treebuilder_new($0, handle.pointer, nil)
        }
        var below: [String: [(path: String, blob: git_oid)]] = [:]
        for file in files {
            let parts = file.path.split(separator: "/", maxSplits: 1).map(String.init)
            if parts.count == 2 {
                below[parts[0], default: []].append((parts[1], file.blob))
            } else {
                try insert(file.path, file.blob, GIT_FILEMODE_BLOB, into: builder)
            }
        }
        for (name, files) in below.sorted(by: { $0.key < $1.key }) {
            try insert(name, try writeTree(files), GIT_FILEMODE_TREE, into: builder)
        }
        var id = git_oid()
        try GitLibrary.check("write a tree", git_treebuilder_write(&id, builder.pointer))
        return id
    }

    private func insert(
        _ name: String, _ id: git_oid, _ mode: git_filemode_t, into builder: borrowing GitHandle
    ) throws(GitFailure) {
        var id = id
        try GitLibrary.check("add '\(name)' to a tree", git_treebuilder_insert(nil, builder.pointer, name, &id, mode))
    }

    /// Every file under a tree, by path.
    ///
    /// Another program may have written the tree, so nothing about its names is taken on trust.
    ///
    /// - Throws: `VersionError.badFileName` for a name or a depth that a version cannot have, and for what is neither file nor folder.
    func files(of tree: git_oid, under folder: String = "") throws -> [(path: String, blob: git_oid)] {
        var id = tree
        try requireSound(id)
        let tree = try GitHandle("read a tree", free: git_tree_free) { git_tree_lookup($0, handle.pointer, &id) }
        var files: [(path: String, blob: git_oid)] = []
        for index in 0..<git_tree_entrycount(tree.pointer) {
            guard let entry = git_tree_entry_byindex(tree.pointer, index) else { continue }
            let path = folder + String(cString: git_tree_entry_name(entry))
            try VersionPath.check(path)
            let id = git_tree_entry_id(entry).pointee
            switch git_tree_entry_filemode(entry) {
            case GIT_FILEMODE_TREE: files += try self.files(of: id, under: "\(path)/")
            case GIT_FILEMODE_BLOB, GIT_FILEMODE_BLOB_EXECUTABLE: files.append((path, id))
            default: throw VersionError.badFileName(path: path)
            }
        }
        return files
    }

    /// Commits a tree on top of a branch, which moves only if it still stands at `parent`.
    ///
    /// - Throws: a failure with `GIT_EMODIFIED` when the branch has moved, `GIT_ELOCKED` when it is locked.
    func commit(
        tree: git_oid, parent: git_oid?, on branch: String, message: String, author: borrowing GitSignature
    ) throws(GitFailure) -> git_oid {
        guard let parent else { return try commit(tree: tree, parents: [], on: branch, message: message, author: author) }
        let tip = try lookUpCommit(parent)
        return try commit(tree: tree, parents: [tip.pointer], on: branch, message: message, author: author)
    }

    /// Commits a tree that follows on nothing and that no branch leads to: a tag is to name it.
    func commit(tree: git_oid, message: String, author: borrowing GitSignature) throws(GitFailure) -> git_oid {
        try commit(tree: tree, parents: [], on: nil, message: message, author: author)
    }

    private func commit(
        tree: git_oid, parents: [OpaquePointer?], on branch: String?, message: String, author: borrowing GitSignature
    ) throws(GitFailure) -> git_oid {
        var (id, tree, parents) = (git_oid(), tree, parents)
        let handle = try GitHandle("read a tree", free: git_tree_free) { git_tree_lookup($0, self.handle.pointer, &tree) }
        let operation = "commit to \(branch ?? "no branch")"
        GitLibrary.forgetFailures()
        let code = git_commit_create(
            &id, self.handle.pointer, branch, author.pointer, author.pointer, nil, message, handle.pointer, parents.count,
            &parents)
        try GitLibrary.check(operation, code)
        // libgit2 returns 0 where it could not write the commit itself, and has left the branch alone
        let failure = GitLibrary.failure(operation, GIT_ERROR.rawValue)
        guard try holdsObject(id) else { throw failure }
        return id
    }
}

/// Who and when, as commits and tags bear it.
struct GitSignature: ~Copyable {
    let pointer: UnsafeMutablePointer<git_signature>

    init(_ actor: Actor, at time: Timestamp) throws(GitFailure) {
        var made: UnsafeMutablePointer<git_signature>?
        let seconds = git_time_t(time.secondsSinceEpoch)
        try GitLibrary.check("write a signature", git_signature_new(&made, actor.name, actor.email, seconds, 0))
        guard let made else { throw GitFailure(operation: "write a signature", code: -1, message: "nothing was returned") }
        pointer = made
    }

    deinit { git_signature_free(pointer) }

    /// Its line in an object, of someone whose clock is at UTC.
    func line(as role: String) -> String {
        let (name, email) = (String(cString: pointer.pointee.name), String(cString: pointer.pointee.email))
        return "\(role) \(name) <\(email)> \(pointer.pointee.when.time) +0000\n"
    }
}

extension GitRepository {
    /// Writes an annotated tag. One that exists and leads to the same commit is left as it is.
    ///
    /// - Throws: a failure with `GIT_EEXISTS` when the tag leads elsewhere.
    func tag(_ name: String, commit: git_oid, message: String, tagger: borrowing GitSignature) throws(GitFailure) {
        var id = git_oid()
        do {
            // `git_tag_create` would hide why the tag could not be written
            let text = "object \(GitLibrary.hex(commit))\ntype commit\ntag \(name)\n\(tagger.line(as: "tagger"))\n\(message)"
            GitLibrary.forgetFailures()
            try GitLibrary.check("tag \(name)", git_tag_create_from_buffer(&id, handle.pointer, text, 0))
        } catch  where error.means(GIT_EEXISTS) {
            guard let found = try self.commit(at: "refs/tags/\(name)"), found == commit else { throw error }
        }
    }

    /// The message of an annotated tag; nil when the reference leads to no tag object.
    func tagMessage(_ reference: String) throws(GitFailure) -> String? {
        let reference = try GitHandle("find \(reference)", free: git_reference_free) {
            git_reference_lookup($0, handle.pointer, reference)
        }
        guard let id = git_reference_target(reference.pointer)?.pointee else { return nil }
        return try tagMessage(at: id)
    }

    /// What a tag object says; nil for what is none.
    func tagMessage(at id: git_oid) throws(GitFailure) -> String? {
        var id = id
        do {
            try requireSound(id)
            let tag = try GitHandle("read a tag", free: git_tag_free) { git_tag_lookup($0, handle.pointer, &id) }
            return git_tag_message(tag.pointer).map { String(cString: $0) } ?? ""
        } catch  where error.means(GIT_ENOTFOUND) {
            return nil
        }
    }

    /// What a commit says of itself.
    func details(of commit: git_oid) throws(GitFailure) -> CommitDetails {
        let commit = try lookUpCommit(commit)
        let author = git_commit_author(commit.pointer).pointee
        return CommitDetails(
            tree: git_commit_tree_id(commit.pointer).pointee,
            message: git_commit_message(commit.pointer).map { String(cString: $0) } ?? "",
            author: Actor(name: String(cString: author.name), email: String(cString: author.email)),
            at: Timestamp(secondsSinceEpoch: Int(git_commit_time(commit.pointer))))
    }
}

struct CommitDetails {
    let tree: git_oid
    let message: String
    let author: Actor
    let at: Timestamp
}

extension git_oid: @retroactive Equatable {
    public static func == (first: git_oid, second: git_oid) -> Bool {
        withUnsafeBytes(of: first) { first in withUnsafeBytes(of: second) { second in first.elementsEqual(second) } }
    }
}
