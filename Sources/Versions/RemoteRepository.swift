import CGit2

/// What a transfer asks of the other side, however it is reached.
protocol RemoteRepository {
    /// As messages name it.
    var name: String { get }

    /// Runs `body` while no other process of ours moves anything there, where that can be had.
    ///
    /// - Throws: `RemoteError.busy` when another one does for long.
    func exclusively<Value>(_ body: (PublicationLease?) throws -> Value) throws -> Value

    /// Branches and tags and what they point to, tag objects among others.
    func references() throws -> [String: git_oid]

    /// Brings git's objects that references there lead to into a repository of ours; no reference moves.
    func download(_ references: [String], into repository: borrowing GitRepository) throws

    /// What is wrong with a large file there. Unless thoroughly looked at, one that is there in its size counts as whole.
    func problem(of pointer: LargeFilePointer, isThorough: Bool) throws -> VersionFault.Problem?

    /// Copies a large file there, where it appears whole and checked against its digest, or not at all.
    ///
    /// - Returns: what is wrong with ours; it is not copied then.
    func put(_ pointer: LargeFilePointer, from store: LargeFileStore) throws -> VersionFault.Problem?

    /// Copies a large file here in the same way.
    func get(_ pointer: LargeFilePointer, into store: LargeFileStore) throws -> VersionFault.Problem?

    /// Brings git's objects there, then moves references in the order given; each moves only from where it was seen.
    ///
    /// - Throws: `RemoteError.moved` for the first that stands elsewhere by now. What belongs to another adapter moves all the same.
    func take(_ moves: [ReferenceMove], from store: VersionStore, holding lease: PublicationLease?) throws
}

/// A branch or tag that is to stand elsewhere.
struct ReferenceMove {
    let name: String
    let new: git_oid
    /// Where it was seen; nil when it was not there.
    let old: git_oid?

    /// By what it is told of: without `refs/heads/`.
    var short: String { Self.short(name) }

    static func short(_ reference: String) -> String {
        reference.split(separator: "/").dropFirst(2).joined(separator: "/")
    }

    /// The adapter it belongs to; data sets belong to none.
    var adapter: Substring? {
        let parts = name.split(separator: "/")
        guard parts.count == 4, parts[2] != "datasets" else { return nil }
        return parts[1] == "tags" ? parts[2] : parts[3]
    }

    var isOfDataset: Bool { name.hasPrefix("refs/tags/datasets/") }
    var isBranch: Bool { name.hasPrefix("refs/heads/") }
}

/// What has become of references that are to move.
struct MoveStanding {
    private(set) var done: [ReferenceMove] = []
    /// Those that stand where they were seen.
    private(set) var open: [ReferenceMove] = []
    /// The first that somebody moved elsewhere; what follows of its adapter is left alone.
    private(set) var failure: RemoteError?

    init(of moves: [ReferenceMove], in references: [String: git_oid]) throws {
        var failed = Set<Substring?>()
        for move in moves where !failed.contains(move.adapter) {
            let found = references[move.name]
            // somebody brought the same, or stored the same data
            if found == move.new || (found != nil && move.isOfDataset) {
                done.append(move)
            } else if found == move.old {
                open.append(move)
            } else {
                failed.insert(move.adapter)
                failure =
                    try failure
                    ?? .moved(
                        reference: move.short, seen: move.old.map(VersionStore.commitID), found: found.map(VersionStore.commitID),
                        wanted: VersionStore.commitID(move.new))
            }
        }
    }
}
