/// A version as git holds it.
public struct PublishedVersion: Sendable, Hashable {
    public let commit: CommitID
    public let lineage: Lineage
    /// When it was committed.
    public let at: Timestamp

    public init(commit: CommitID, lineage: Lineage, at: Timestamp) {
        self.commit = commit
        self.lineage = lineage
        self.at = at
    }

    public var version: VersionID { lineage.version }
}

/// A version as the index holds it.
public struct VersionRecord: Sendable, Hashable {
    public let published: PublishedVersion
    /// The aliases that point to it.
    public let aliases: [AliasName]
    /// Whether its large files were given up.
    public let isPruned: Bool

    public init(published: PublishedVersion, aliases: [AliasName], isPruned: Bool = false) {
        self.published = published
        self.aliases = aliases
        self.isPruned = isPruned
    }

    public var version: VersionID { published.version }
    public var lineage: Lineage { published.lineage }
}

/// A git tag that names a version, and the commit it leads to.
public struct VersionTag: Sendable, Hashable {
    public let version: VersionID
    public let commit: CommitID

    public init(version: VersionID, commit: CommitID) {
        self.version = version
        self.commit = commit
    }
}
