import CGit2
import Foundation

/// What moves between repositories.
extension GitRepository {
    /// What a reference points to, a tag object among others; nil when there is none.
    func target(of reference: String) throws(GitFailure) -> git_oid? {
        do {
            let reference = try GitHandle("find \(reference)", free: git_reference_free) {
                git_reference_lookup($0, handle.pointer, reference)
            }
            return git_reference_target(reference.pointer)?.pointee
        } catch  where error.means(GIT_ENOTFOUND) {
            return nil
        }
    }

    /// Whether a commit is an ancestor of another, or it itself; what this repository does not hold is none.
    func leads(from later: git_oid, to earlier: git_oid) throws(GitFailure) -> Bool {
        guard later != earlier else { return true }
        guard try holds(later), try holds(earlier) else { return false }
        var (later, earlier) = (later, earlier)
        let code = git_graph_descendant_of(handle.pointer, &later, &earlier)
        try GitLibrary.check("compare commits", code)
        return code == 1
    }

    private func holds(_ commit: git_oid) throws(GitFailure) -> Bool {
        do {
            _ = try lookUpCommit(commit)
            return true
        } catch  where error.means(GIT_ENOTFOUND) {
            return false
        }
    }

    /// Moves a branch that stands at `old`, or makes it.
    func point(_ branch: String, to id: git_oid, from old: git_oid?, because reason: String) throws(GitFailure) {
        var id = id
        // all zeros: the branch must not exist
        var old = old ?? git_oid()
        _ = try GitHandle("move \(branch)", free: git_reference_free) {
            git_reference_create_matching($0, handle.pointer, branch, &id, 1, &old, reason)
        }
    }

    func remove(_ reference: String) throws(GitFailure) {
        let code = git_reference_remove(handle.pointer, reference)
        guard code != GIT_ENOTFOUND.rawValue else { return }
        try GitLibrary.check("remove \(reference)", code)
    }

    /// Downloads all that references of another repository lead to; no reference here moves.
    func download(_ references: [String], from address: String) throws(GitFailure) {
        guard !references.isEmpty else { return }
        try Self.download(references, from: address, into: handle.pointer)
    }

    /// - Parameter calls: who answers what the transport asks.
    static func download(
        _ references: [String], from address: String, into repository: OpaquePointer, _ calls: git_remote_callbacks? = nil
    ) throws(GitFailure) {
        let remote = try GitHandle("open the other repository", free: git_remote_free) {
            git_remote_create_anonymous($0, repository, address)
        }
        var options = git_fetch_options()
        try GitLibrary.check("prepare options", git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION)))
        options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        if let calls { options.callbacks = calls }
        let code = withStrings(references.map { "\($0):\($0)" }) { git_remote_download(remote.pointer, $0, &options) }
        try GitLibrary.check("fetch", code)
    }

    static func withStrings<Value>(_ strings: [String], _ body: (UnsafePointer<git_strarray>) -> Value) -> Value {
        var words = strings.map { strdup($0) }
        defer { words.forEach { free($0) } }
        return words.withUnsafeMutableBufferPointer { buffer in
            var list = git_strarray(strings: buffer.baseAddress, count: buffer.count)
            return body(&list)
        }
    }

    /// What an object leads to, through tags.
    func peel(_ id: git_oid, to kind: git_object_t = GIT_OBJECT_COMMIT) throws(GitFailure) -> git_oid {
        var id = id
        let object = try GitHandle("read an object", free: git_object_free) {
            git_object_lookup($0, handle.pointer, &id, GIT_OBJECT_ANY)
        }
        let peeled = try GitHandle("read a tag", free: git_object_free) { git_object_peel($0, object.pointer, kind) }
        return git_object_id(peeled.pointer).pointee
    }

    func holdsObject(_ id: git_oid) throws(GitFailure) -> Bool {
        var id = id
        let objects = try GitHandle("open the objects", free: git_odb_free) { git_repository_odb($0, handle.pointer) }
        return git_odb_exists(objects.pointer, &id) == 1
    }
}
