import Adapters
import CGit2
import Foundation
import StrictJSON

extension VersionStore {
    /// Every version that git holds, by adapter and number. Tags that name no version are not ours and are passed over.
    public func versions() throws -> [VersionTag] { try tags(matching: "refs/tags/*/v*") }

    /// Every version that git holds while nobody publishes or moves any, or, where somebody does, what there is of them.
    public func versionsAtRest() throws -> (tags: [VersionTag], isMoving: Bool) {
        guard let lease = try PublicationLease.takeIfFree(folder) else { return (try versions(), true) }
        return try withExtendedLifetime(lease) { (try versions(), false) }
    }

    /// The versions of one adapter, oldest first.
    public func versions(of adapter: AdapterName) throws -> [VersionTag] { try tags(matching: "refs/tags/\(adapter)/v*") }

    /// The commit of a version; nil when git does not hold it.
    public func commit(of version: VersionID) throws -> CommitID? {
        try withRepository { repository in try repository.commit(at: Self.reference(of: version)).map(Self.commitID) }
    }

    /// A version with its lineage.
    ///
    /// - Throws: `VersionError.unknownVersion`; `.damaged` when `lineage.json` is missing or not what we write.
    public func published(_ version: VersionID) throws -> PublishedVersion {
        try withRepository { repository in try published(version, repository) }
    }

    /// Each of many versions with its lineage, or why it cannot be read; the repository is opened once for all of them.
    public func published(
        _ versions: [VersionID]
    ) throws -> [(version: VersionID, outcome: Result<PublishedVersion, any Error>)] {
        try withRepository { repository in
            versions.map { version in
                (version, Result { try Self.translatingFailures(at: folder) { try published(version, repository) } })
            }
        }
    }

    private func published(_ version: VersionID, _ repository: borrowing GitRepository) throws -> PublishedVersion {
        let commit = try Self.commit(of: version, repository)
        let details = try repository.details(of: commit)
        let problem = VersionFault(path: Lineage.fileName, problem: .unreadable("it is missing or malformed"))
        guard let lineage = try lineage(in: details.tree, repository) else { throw VersionError.damaged(version, problem) }
        let published = PublishedVersion(commit: try Self.commitID(commit), lineage: lineage, at: details.at)
        guard lineage.version != version else { return published }
        guard try isReleased(version, as: lineage.version, repository) else {
            throw VersionError.foreignLineage(path: Lineage.fileName, found: lineage.version, wanted: version)
        }
        return published.renamed(version.adapter)
    }

    /// What the version's tag says.
    public func message(of version: VersionID) throws -> VersionMessage {
        try withRepository { repository in
            let commit = try Self.commit(of: version, repository)
            let text = try repository.tagMessage(Self.reference(of: version)) ?? repository.details(of: commit).message
            return VersionMessage(parsing: text)
        }
    }

    /// The bytes of a small file of a version, such as `evaluation.json`; nil when the version has no such file.
    ///
    /// - Throws: `VersionError.pointer` for a file that Git LFS keeps; `checkOut` gives those.
    public func contents(of path: String, in version: VersionID) throws -> Data? {
        try withRepository { repository in
            let details = try repository.details(of: try Self.commit(of: version, repository))
            guard let file = try repository.files(of: details.tree).first(where: { $0.path == path }) else { return nil }
            let data = try repository.readBlob(file.blob)
            guard !LargeFilePointer.isPointer(data) else { throw VersionError.pointer(path: path) }
            return data
        }
    }

    private func tags(matching pattern: String) throws -> [VersionTag] {
        try withRepository { repository in
            try repository.commits(matching: pattern).compactMap { name, commit -> VersionTag? in
                guard let version = VersionID(tag: String(name.dropFirst("refs/tags/".count))) else { return nil }
                return VersionTag(version: version, commit: try Self.commitID(commit))
            }.sorted { $0.version < $1.version }
        }
    }
}

extension VersionStore {
    func nextVersion(of adapter: AdapterName, _ repository: borrowing GitRepository) throws -> VersionID {
        let numbers = try repository.references(matching: "refs/tags/\(adapter)/v*")
            .compactMap { VersionID(tag: String($0.dropFirst("refs/tags/".count)))?.number }
        return VersionID(adapter, (numbers.max() ?? 0) + 1)
    }

    /// Nil when the tree has no lineage that we could have written.
    func lineage(in tree: git_oid, _ repository: borrowing GitRepository) throws -> Lineage? {
        do {
            guard let file = try repository.files(of: tree).first(where: { $0.path == Lineage.fileName }) else { return nil }
            return try Lineage(json: JSONValue(parsing: repository.readBlob(file.blob)))
        } catch VersionError.badFileName {
            return nil
        } catch is JSONError {
            return nil
        } catch is DamagedRecord {
            return nil
        }
    }

    static func commit(of version: VersionID, _ repository: borrowing GitRepository) throws -> git_oid {
        guard let commit = try repository.commit(at: reference(of: version)) else { throw VersionError.unknownVersion(version) }
        return commit
    }

    static func commitID(_ id: git_oid) throws -> CommitID {
        guard let commit = CommitID(GitLibrary.hex(id)) else {
            throw GitFailure(operation: "read a commit id", code: -1, message: "it has not 40 digits")
        }
        return commit
    }
}
