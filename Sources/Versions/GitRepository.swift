import Adapters
import CGit2
import Foundation

/// An open bare repository. A handle belongs to one thread: every operation of `VersionStore` opens its own.
struct GitRepository: ~Copyable {
    let handle: GitHandle

    /// What HEAD names before there is a branch.
    static let firstBranch = "main"

    /// Opens a repository at exactly this folder; parents are not searched.
    init(opening folder: URL) throws(GitFailure) {
        try GitLibrary.start.get()
        handle = try GitHandle("open the repository", free: git_repository_free) { git_repository_open_bare($0, folder.path) }
    }

    /// Lays out an empty bare repository that keeps a log of every reference.
    static func create(at folder: URL) throws(GitFailure) {
        try GitLibrary.start.get()
        var options = git_repository_init_options()
        try GitLibrary.check(
            "prepare options", git_repository_init_options_init(&options, UInt32(GIT_REPOSITORY_INIT_OPTIONS_VERSION)))
        options.flags = GIT_REPOSITORY_INIT_BARE.rawValue | GIT_REPOSITORY_INIT_MKPATH.rawValue
        let repository = try GitHandle("create the repository", free: git_repository_free) { repository in
            firstBranch.withCString { head in
                options.initial_head = head
                return git_repository_init_ext(repository, folder.path, &options)
            }
        }
        let configuration = try GitHandle("open the configuration", free: git_config_free) {
            git_repository_config($0, repository.pointer)
        }
        // A bare repository keeps no log unless told so; `core.fsync` makes the git program as careful as we are.
        for (key, value) in [("core.logAllRefUpdates", "always"), ("core.fsync", "all"), ("gc.auto", "0")] {
            try GitLibrary.check("configure the repository", git_config_set_string(configuration.pointer, key, value))
        }
    }

    /// Sets whom the logs of references name.
    func identify(_ actor: Actor) throws(GitFailure) {
        try GitLibrary.check("set the identity", git_repository_set_ident(handle.pointer, actor.name, actor.email))
    }

    /// The names of references that match a pattern such as `refs/tags/*/v*`, sorted.
    func references(matching pattern: String) throws(GitFailure) -> [String] {
        let iterator = try GitHandle("list references", free: git_reference_iterator_free) {
            git_reference_iterator_glob_new($0, handle.pointer, pattern)
        }
        var names: [String] = []
        while true {
            var name: UnsafePointer<CChar>?
            let code = git_reference_next_name(&name, iterator.pointer)
            if code == GIT_ITEROVER.rawValue { return names.sorted() }
            try GitLibrary.check("list references", code)
            if let name { names.append(String(cString: name)) }
        }
    }

    /// The commit that a reference leads to, through tags; nil when there is no such reference.
    func commit(at reference: String) throws(GitFailure) -> git_oid? {
        do {
            let reference = try GitHandle("find \(reference)", free: git_reference_free) {
                git_reference_lookup($0, handle.pointer, reference)
            }
            if let target = git_reference_target(reference.pointer)?.pointee { try requireSound(target) }
            let commit = try GitHandle("read a tag", free: git_object_free) {
                git_reference_peel($0, reference.pointer, GIT_OBJECT_COMMIT)
            }
            return git_object_id(commit.pointer).pointee
        } catch  where error.means(GIT_ENOTFOUND) {
            return nil
        }
    }

    func lookUpCommit(_ id: git_oid) throws(GitFailure) -> GitHandle {
        var id = id
        try requireSound(id)
        return try GitHandle("read a commit", free: git_commit_free) { git_commit_lookup($0, handle.pointer, &id) }
    }

    /// Lets HEAD name a branch if it names none that exists, so that `git log` and a clone have something to show.
    func pointHead(to branch: String) throws(GitFailure) {
        guard git_repository_head_unborn(handle.pointer) == 1 else { return }
        try GitLibrary.check("set HEAD", git_repository_set_head(handle.pointer, branch))
    }
}
