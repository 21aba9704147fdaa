import Adapters
import Faults

/// Why versions cannot be written or read.
public enum VersionError: Error, Hashable {
    case noRepository(path: String)
    /// Another user owns the repository, and git is right to be careful with it.
    case foreignOwner(path: String)

    case unknownVersion(VersionID)
    /// The index lists a version that git does not hold, or holds as another commit.
    case lost(VersionID)
    case taken(VersionID)
    case outOfOrder(VersionID, expected: VersionID)
    /// Somebody moved the branch since it was looked at.
    case branchMoved(AdapterName)
    /// Somebody moved the branch away from the latest version.
    case branchElsewhere(AdapterName, found: CommitID?, latest: VersionID?)
    /// A lock file of git stands in the way.
    case locked(path: String)

    /// A name or a depth that a version cannot have, or, in a tree of git, something that is neither file nor folder.
    case badFileName(path: String)
    case notAFile(path: String)
    /// A Git LFS pointer stands where the file itself should.
    case pointer(path: String)
    case changedWhileRead(path: String)
    /// `lineage.json` names another version.
    case foreignLineage(path: String, found: VersionID, wanted: VersionID)

    case damaged(VersionID, VersionFault)
    /// Git holds the version, and all that is missing is that it be listed; why.
    case unlisted(VersionID, Explanation)
    /// A file of the repository itself.
    case damagedRepository(VersionFault)
    case folderExists(path: String)
    case git(path: String, operation: String, message: String)
}

/// A file of a version that is not what was committed.
public struct VersionFault: Sendable, Hashable {
    public enum Problem: Sendable, Hashable {
        /// The large file is not in this copy of the repository.
        case missingObject(oid: String)
        case wrongSize(expected: Int, found: Int)
        case wrongDigest(expected: String, found: String)
        case unreadable(String)
    }

    public let path: String
    public let problem: Problem

    public init(path: String, problem: Problem) {
        self.path = path
        self.problem = problem
    }

    /// Whether the large file is simply not here.
    public var isMissing: Bool { if case .missingObject = problem { true } else { false } }
}
