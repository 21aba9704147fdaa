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

    /// Fetches references by their specifications from a repository on this file system.
    func fetch(_ specifications: [String], from source: URL) throws(GitFailure) {
        let remote = try GitHandle("open the other repository", free: git_remote_free) {
            git_remote_create_anonymous($0, handle.pointer, source.path)
        }
        var options = git_fetch_options()
        try GitLibrary.check("prepare options", git_fetch_options_init(&options, UInt32(GIT_FETCH_OPTIONS_VERSION)))
        options.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE
        options.update_fetchhead = 0
        let words = specifications.map { strdup($0) }
        defer { words.forEach { free($0) } }
        var pointers = words
        let code = pointers.withUnsafeMutableBufferPointer { buffer in
            var list = git_strarray(strings: buffer.baseAddress, count: buffer.count)
            return git_remote_fetch(remote.pointer, &list, &options, "moved by lora")
        }
        try GitLibrary.check("fetch", code)
    }
}
