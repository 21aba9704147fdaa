import Adapters
import CGit2
import Digests
import DurableFiles
import Foundation

extension VersionStore {
    /// By what a repository that can be opened is known again.
    ///
    /// - Returns: whether nothing else decides if it can be opened.
    public func stampRepository(into stamp: inout TreeStamp) throws -> Bool {
        var status = stat()
        guard stat(folder.path, &status) == 0 else { throw FileError(.read, folder) }
        // a new HEAD or configuration, or one that is gone, changes the folder; one that is written in place changes itself
        for name in [".", "HEAD", "config"] { try stamp.add(folder.appending(path: name)) }
        // of somebody else's repository git asks the user's own configuration
        return status.st_uid == geteuid()
    }

    /// By what all references are known again without reading them, with the note of whoever was moving some.
    public func stampReferences(into stamp: inout TreeStamp) throws {
        try stamp.add(folder.appending(path: PackedReferences.name))
        try stamp.add(below: folder.appending(path: "refs"))
        try stamp.add(PublicationLease.file(beside: folder))
    }

    /// Whether nobody is moving references, or died while doing so.
    public var isAtRest: Bool {
        get throws { try PublicationLease.isUnsigned(beside: folder) }
    }
}

extension GitRepository {
    /// The references that match a pattern and the commits they lead to, through tags; what leads nowhere is passed over.
    ///
    /// Where packed references name the commit of a tag, the tag itself is not read.
    func commits(matching pattern: String) throws(GitFailure) -> [(name: String, commit: git_oid)] {
        var commits: [(name: String, commit: git_oid)] = []
        try forEachReference(matching: pattern) { reference throws(GitFailure) in
            guard let name = git_reference_name(reference) else { return }
            do throws(GitFailure) {
                commits.append((String(cString: name), try peeled(reference, to: GIT_OBJECT_COMMIT)))
            } catch  where error.means(GIT_ENOTFOUND) {
                return
            }
        }
        return commits
    }

    /// What a reference leads to, through tags.
    func peeled(_ reference: OpaquePointer, to kind: git_object_t) throws(GitFailure) -> git_oid {
        if let known = git_reference_target_peel(reference) { return known.pointee }
        if let target = git_reference_target(reference)?.pointee { try requireSound(target) }
        let object = try GitHandle("read a tag", free: git_object_free) { git_reference_peel($0, reference, kind) }
        return git_object_id(object.pointer).pointee
    }

    /// The branches that match a pattern and what they point to, without a look at the objects.
    func targets(matching pattern: String) throws(GitFailure) -> [(name: String, id: git_oid)] {
        var targets: [(name: String, id: git_oid)] = []
        try forEachReference(matching: pattern) { reference in
            guard let name = git_reference_name(reference), let id = git_reference_target(reference) else { return }
            targets.append((String(cString: name), id.pointee))
        }
        return targets
    }

    func forEachReference(
        matching pattern: String, _ body: (OpaquePointer) throws(GitFailure) -> Void
    ) throws(GitFailure) {
        let iterator = try GitHandle("list references", free: git_reference_iterator_free) {
            git_reference_iterator_glob_new($0, handle.pointer, pattern)
        }
        while true {
            var reference: OpaquePointer?
            let code = git_reference_next(&reference, iterator.pointer)
            if code == GIT_ITEROVER.rawValue { return }
            try GitLibrary.check("list references", code)
            guard let reference else { continue }
            defer { git_reference_free(reference) }
            try body(reference)
        }
    }
}
