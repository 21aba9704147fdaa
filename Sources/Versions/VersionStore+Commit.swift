import Adapters
import CGit2
import Digests
import DurableFiles
import Faults
import Foundation
import StrictJSON

extension VersionStore {
    /// Commits a candidate folder as the next version of its adapter and tags it; both reach the disk before this returns.
    ///
    /// The tree is the folder, except that `.gitattributes` is written here: it names the files that Git LFS keeps.
    /// Order: objects → commit and branch → tag. A crash before the tag leaves no version; `completePublications` then finishes it.
    ///
    /// - Parameter durable: files of the candidate that their writer digested and synced, by path: where Git LFS keeps them, they are
    ///   moved instead of copied, so that a large file is written once.
    /// - Throws: `VersionError.outOfOrder` or `.taken` when the version is not the next, `.branchElsewhere` when somebody has moved the
    ///   branch away from the one before it, `.branchMoved` when somebody else committed
    ///   meanwhile, `.locked` when a lock of git does not go away, `.foreignLineage` when `lineage.json` names another version.
    public func commit(
        _ candidate: URL, as version: VersionID, message: VersionMessage, author: Actor, at time: Timestamp,
        moving durable: [String: (size: Int, digest: ContentDigest)] = [:]
    ) throws -> CommitID {
        var stands = false
        do {
            return try commit(candidate, as: version, message, author, at: time, moving: durable, &stands)
        } catch  where stands {
            throw VersionError.unlisted(version, (error as? any Explained)?.explanation ?? Explanation("\(error)", next: ""))
        }
    }

    /// - Parameter stands: set when the failure that is thrown came too late to take back what was published.
    private func commit(
        _ candidate: URL, as version: VersionID, _ message: VersionMessage, _ author: Actor, at time: Timestamp,
        moving durable: [String: (size: Int, digest: ContentDigest)], _ stands: inout Bool
    ) throws -> CommitID {
        let files = try CandidateFolder(candidate).files
        try checkLineage(in: candidate, of: version)
        let branch = Self.branch(of: version.adapter)
        let lease = try PublicationLease.wait(for: folder)
        return try lease.moving([branch, Self.reference(of: version), "HEAD"]) {
            try withRepository { repository in
                try repository.identify(author)
                _ = try completePublication(on: branch, repository)
                try checkNumber(version, repository)
                try checkTip(before: version, repository)
                let parent = try repository.commit(at: branch)
                let tree = try writeTree(files, moving: durable, repository)
                let signature = try GitSignature(author, at: time)
                do {
                    let commit = try retryingLocks(on: branch, of: version.adapter) {
                        try repository.commit(tree: tree, parent: parent, on: branch, message: message.text, author: signature)
                    }
                    try observe(.committed)
                    try retryingLocks(on: Self.reference(of: version), of: version.adapter) {
                        try repository.tag(version.tag, commit: commit, message: message.text, tagger: signature)
                    }
                    try observe(.tagged)
                    try repository.pointHead(to: branch)
                    return try Self.commitID(commit)
                } catch {
                    stands = !takeBack(version, tree, to: parent, repository)
                    throw error
                }
            }
        }
    }

    /// What is told to have failed must not become a version by the next opening. The branch may have moved although moving it failed.
    ///
    /// - Returns: whether the version is not there.
    private func takeBack(
        _ version: VersionID, _ tree: git_oid, to parent: git_oid?, _ repository: borrowing GitRepository
    ) -> Bool {
        do {
            let branch = Self.branch(of: version.adapter)
            guard let tip = try repository.commit(at: branch), tip != parent, try repository.details(of: tip).tree == tree else {
                return true
            }
            try repository.remove(Self.reference(of: version))
            try repository.move(branch, from: tip, to: parent)
            return true
        } catch {
            return false
        }
    }

    /// Finishes what a killed process left half-done: tags the commits that lack their tag, and removes its locks and drafts.
    ///
    /// While another process publishes there is nothing to finish.
    ///
    /// - Returns: the versions that exist only now.
    @discardableResult
    public func completePublications() throws -> [VersionID] {
        guard let lease = try PublicationLease.takeIfFree(folder) else { return [] }
        return try withRepository { repository in
            let tagged = Set(try repository.commits(matching: "refs/tags/*/v*").map { GitLibrary.hex($0.commit) })
            let pending = try repository.targets(matching: "refs/heads/adapters/*").filter { branch, tip in
                try !tagged.contains(GitLibrary.hex(tip)) && self.pending(on: branch, repository) != nil
            }.map(\.name)
            guard !pending.isEmpty else { return [] }
            let tags = try pending.compactMap { try self.pending(on: $0, repository).map { Self.reference(of: $0.version) } }
            return try lease.moving(tags + ["HEAD"]) {
                try pending.compactMap { try completePublication(on: $0, repository) }
            }
        }
    }

    /// The commit at the tip of a branch that is the next version but for its tag.
    private func pending(
        on branch: String, _ repository: borrowing GitRepository
    ) throws -> (version: VersionID, tip: git_oid, details: CommitDetails)? {
        guard let tip = try repository.commit(at: branch) else { return nil }
        let details = try repository.details(of: tip)
        guard let lineage = try lineage(in: details.tree, repository),
            Self.branch(of: lineage.version.adapter) == branch,
            lineage.version == (try nextVersion(of: lineage.version.adapter, repository))
        else { return nil }
        return (lineage.version, tip, details)
    }

    private func completePublication(on branch: String, _ repository: borrowing GitRepository) throws -> VersionID? {
        guard let (version, tip, details) = try pending(on: branch, repository) else { return nil }
        let signature = try GitSignature(details.author, at: details.at)
        try repository.tag(version.tag, commit: tip, message: details.message, tagger: signature)
        try repository.pointHead(to: branch)
        return version
    }

    private func checkLineage(in candidate: URL, of version: VersionID) throws {
        let file = candidate.appending(path: Lineage.fileName)
        let found = try Lineage(json: JSONValue(contentsOf: file)).version
        guard found == version else { throw VersionError.foreignLineage(path: file.path, found: found, wanted: version) }
    }

    func checkNumber(_ version: VersionID, _ repository: borrowing GitRepository) throws {
        let expected = try nextVersion(of: version.adapter, repository)
        guard version <= expected else { throw VersionError.outOfOrder(version, expected: expected) }
        guard version == expected else { throw VersionError.taken(version) }
    }

    /// - Parameter texts: small files that lie nowhere yet.
    func writeTree(
        _ files: [CandidateFolder.File], texts: [(path: String, data: Data)] = [],
        moving durable: [String: (size: Int, digest: ContentDigest)] = [:], _ repository: borrowing GitRepository
    ) throws -> git_oid {
        let large = LargeFileStore(repository: folder)
        var (blobs, attributes): ([(path: String, blob: git_oid)], String) = ([], "")
        for text in texts { blobs.append((text.path, try repository.writeBlob(text.data))) }
        for file in files {
            let data: Data
            if file.size > LargeFilePointer.threshold {
                data = try durable[file.path].map { try large.take(file.location, $0) }?.data ?? large.store(file.location).data
                attributes += "\(file.path) filter=lfs diff=lfs merge=lfs -text\n"
            } else {
                data = try Self.contents(of: file)
            }
            blobs.append((file.path, try repository.writeBlob(data)))
            try observe(.storedFile)
        }
        if !attributes.isEmpty {
            blobs.append((CandidateFolder.attributesName, try repository.writeBlob(Data(attributes.utf8))))
        }
        let tree = try repository.writeTree(blobs)
        try observe(.wroteTree)
        return tree
    }

    private static func contents(of file: CandidateFolder.File) throws -> Data {
        let data = try FileBytes.contents(of: file.location, limit: LargeFilePointer.threshold + 1)
        guard data.count == file.size else { throw VersionError.changedWhileRead(path: file.location.path) }
        guard !LargeFilePointer.isPointer(data) else { throw VersionError.pointer(path: file.location.path) }
        return data
    }

    /// Git takes a lock for the moment it moves a reference: a lock that stays is somebody's, or what a crash left.
    ///
    /// - Parameter adapter: whose branch the reference is or belongs to; nil for one that nobody moves.
    func retryingLocks<Value>(on reference: String, of adapter: AdapterName?, _ body: () throws -> Value) throws -> Value {
        for pause in [5, 10, 20, 40, 80, 160, 320, 640] {
            do {
                return try body()
            } catch let failure as GitFailure where failure.means(GIT_ELOCKED) {
                usleep(UInt32(pause) * 1000)
            } catch let failure as GitFailure where failure.means(GIT_EMODIFIED) {
                guard let adapter else { throw failure }
                throw VersionError.branchMoved(adapter)
            }
        }
        throw VersionError.locked(path: folder.appending(path: "\(reference).lock").path)
    }
}
