/// A model's name on the hub, `organization/name`.
public struct RepositoryID: Sendable, Hashable, CustomStringConvertible {
    public let owner: String
    public let name: String

    public var description: String { "\(owner)/\(name)" }

    public init(_ text: String) throws(HubError) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 2, text.utf8.count <= 96, parts.allSatisfy(Self.isPart), !text.hasSuffix(".git") else {
            throw HubError.badRepository(text)
        }
        (owner, name) = (parts[0], parts[1])
    }

    private static func isPart(_ text: String) -> Bool {
        guard let first = text.utf8.first, let last = text.utf8.last, ![first, last].contains(where: { "-.".utf8.contains($0) })
        else { return false }
        return text.utf8.allSatisfy { isWord($0) || "-.".utf8.contains($0) } && !text.contains("--") && !text.contains("..")
    }

    private static func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
            UInt8(ascii: "_"):
            true
        default: false
        }
    }

    /// The folder of the cache.
    var folder: String { "models--\(owner)--\(name)" }
}

/// A model as somebody names it: `organization/name`, and a branch, tag or commit after an `@`.
public struct HubReference: Sendable, Hashable, CustomStringConvertible {
    public let repository: RepositoryID
    public let revision: String

    public static let mainBranch = "main"

    public init(repository: RepositoryID, revision: String = Self.mainBranch) throws(HubError) {
        guard Self.isRevision(revision) else { throw HubError.badRevision(revision) }
        (self.repository, self.revision) = (repository, revision)
    }

    public init(_ text: String) throws(HubError) {
        let parts = text.split(separator: "@", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
        try self.init(repository: RepositoryID(parts[0]), revision: parts.count > 1 ? parts[1] : Self.mainBranch)
    }

    public var description: String { revision == Self.mainBranch ? "\(repository)" : "\(repository)@\(revision)" }

    /// Whether it names bytes that never change.
    public var isCommit: Bool { Self.isCommit(revision) }

    static func isCommit(_ text: String) -> Bool {
        text.utf8.count == 40 && text.utf8.allSatisfy { "0123456789abcdef".utf8.contains($0) }
    }

    /// A name that git allows and that leads out of no folder.
    private static func isRevision(_ text: String) -> Bool {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard !text.isEmpty, text.utf8.count <= 200, !text.contains(".."), !text.hasSuffix(".lock") else { return false }
        return parts.allSatisfy { !$0.isEmpty && !$0.hasPrefix(".") }
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"~^:?*[\\@\"'".utf8.contains($0) }
    }
}
