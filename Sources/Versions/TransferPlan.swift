import Adapters
import CGit2

/// What a push or pull is about to do, worked out in our own repository, which by then holds git's objects of both sides.
///
/// Order: data sets, versions, branches. So a version is never there before the data set it names, nor a branch before its versions.
struct TransferPlan {
    /// A file of Git LFS that versions or data sets need.
    struct LargeFile {
        /// Who needs a file.
        struct Owner {
            /// The version or data set.
            let subject: String
            /// The version, where it may have given the file up.
            let version: VersionID?
        }

        let path: String
        let pointer: LargeFilePointer
        /// Whether whoever receives has not got the first of its owners yet, so that it must be there first.
        let isNew: Bool
        fileprivate(set) var owners: [Owner]

        /// The first that names it.
        var subject: String { owners.first?.subject ?? path }
    }

    private(set) var moves: [ReferenceMove] = []
    private(set) var files: [LargeFile] = []
    /// References in which the target has gone on from the source, or which it alone has.
    private(set) var ahead: [ReferenceMove] = []
    private let source: [String: git_oid]
    private let target: [String: git_oid]

    /// - Parameters:
    ///   - source: the references where versions come from, by full name.
    ///   - target: those where they go.
    ///   - fetch: sees to it that our repository holds what references of the other side lead to.
    /// - Throws: `RemoteError.diverged`, `.lostDataset`.
    init(
        _ adapters: [AdapterName], from source: [String: git_oid], to target: [String: git_oid], in store: VersionStore,
        _ repository: borrowing GitRepository, fetch: ([String], borrowing GitRepository) throws -> Void
    ) throws {
        (self.source, self.target) = (source, target)
        let versions = adapters.flatMap(versions)
        ahead = try leading(adapters, repository)
        let tags = try versions.compactMap { try move(of: VersionStore.reference(of: $0), repository) }
        let branches = try adapters.flatMap { [VersionStore.branch(of: $0), VersionStore.journal(of: $0)] }
            .compactMap { try move(of: $0, repository) }
        try plan(versions, new: Set(tags.map(\.name)), in: store, repository, fetch)
        moves += tags + branches
    }

    private func leading(_ adapters: [AdapterName], _ repository: borrowing GitRepository) throws -> [ReferenceMove] {
        try VersionStore.references(of: adapters, in: target).compactMap { name, old in
            guard let new = source[name] else { return ReferenceMove(name: name, new: old, old: nil) }
            let isAhead = try new != old && name.hasPrefix("refs/heads/") && repository.leads(from: old, to: new)
            return isAhead ? ReferenceMove(name: name, new: old, old: new) : nil
        }
    }

    private func versions(of adapter: AdapterName) -> [VersionID] {
        source.keys.filter { $0.hasPrefix("refs/tags/\(adapter)/v") }
            .compactMap { VersionID(tag: String($0.dropFirst("refs/tags/".count))) }.sorted()
    }

    /// Nil when the target has it, or has gone on from it.
    private func move(of name: String, _ repository: borrowing GitRepository) throws -> ReferenceMove? {
        guard let new = source[name], case let old = target[name], new != old else { return nil }
        guard let old else { return ReferenceMove(name: name, new: new, old: nil) }
        let isBranch = name.hasPrefix("refs/heads/")
        if try isBranch && repository.leads(from: old, to: new) { return nil }
        guard try isBranch && repository.leads(from: new, to: old) else {
            throw RemoteError.diverged(
                reference: ReferenceMove.short(name), source: try VersionStore.commitID(new),
                target: try VersionStore.commitID(old))
        }
        return ReferenceMove(name: name, new: new, old: old)
    }

    /// Plans what versions need: their large files, and the data sets they name with theirs.
    private mutating func plan(
        _ versions: [VersionID], new: Set<String>, in store: VersionStore, _ repository: borrowing GitRepository,
        _ fetch: ([String], borrowing GitRepository) throws -> Void
    ) throws {
        var datasets = Set<DatasetID>()
        var ofVersions: [LargeFile] = []
        for version in versions {
            guard let tag = source[VersionStore.reference(of: version)] else { continue }
            let tree = try repository.details(of: repository.peel(tag)).tree
            let isNew = new.contains(VersionStore.reference(of: version))
            if let dataset = try store.lineage(in: tree, repository)?.dataset?.id {
                if isNew { try require(dataset, of: version, tag, repository) }
                datasets.insert(dataset)
            }
            ofVersions += try Self.files(of: "\(version)", version, tree, isNew, in: store, repository)
        }
        let named = datasets.sorted().filter { source[VersionStore.reference(of: $0)] != nil }
        try fetch(named.map { VersionStore.reference(of: $0) }, repository)
        for dataset in named {
            let name = VersionStore.reference(of: dataset)
            guard let tag = source[name] else { continue }
            // what both have is the same data, whatever commit brought it there
            let isNew = target[name] == nil
            if isNew { moves.append(ReferenceMove(name: name, new: tag, old: nil)) }
            let tree = try repository.details(of: repository.peel(tag)).tree
            files += try Self.files(of: "\(dataset)", nil, tree, isNew, in: store, repository)
        }
        files = Self.merged((files + ofVersions).filter(\.isNew) + (files + ofVersions).filter { !$0.isNew })
    }

    /// A version whose tag names the tag of a data set was released with one; older ones never had any.
    private func require(
        _ dataset: DatasetID, of version: VersionID, _ tag: git_oid, _ repository: borrowing GitRepository
    ) throws {
        let name = VersionStore.reference(of: dataset)
        guard source[name] == nil && target[name] == nil, let text = try repository.tagMessage(at: tag) else { return }
        guard VersionMessage(parsing: text).trailers.contains(where: { $0.key == VersionMessage.datasetTagKey }) else { return }
        throw RemoteError.lostDataset(dataset, of: version)
    }

    /// Each file once, with all who need it.
    private static func merged(_ files: [LargeFile]) -> [LargeFile] {
        var (merged, places) = ([LargeFile](), [LargeFilePointer: Int]())
        for file in files {
            if let place = places[file.pointer] {
                merged[place].owners += file.owners
            } else {
                places[file.pointer] = merged.count
                merged.append(file)
            }
        }
        return merged
    }

    private static func files(
        of subject: String, _ version: VersionID?, _ tree: git_oid, _ isNew: Bool, in store: VersionStore,
        _ repository: borrowing GitRepository
    ) throws -> [LargeFile] {
        do {
            return try StoredTree(tree, in: store.folder, repository).largeFiles(repository).map { path, pointer in
                LargeFile(path: path, pointer: pointer, isNew: isNew, owners: [.init(subject: subject, version: version)])
            }
        } catch let bad as StoredTree.BadFile {
            throw RemoteError.badObject(of: subject, bad.fault, path: store.folder.path)
        }
    }

    /// The first who needs a file and has not given it up; nil when all have.
    func owner(of file: LargeFile, _ repository: borrowing GitRepository) throws -> LargeFile.Owner? {
        for owner in file.owners {
            guard let version = owner.version, try isPruned(version, repository) else { return owner }
        }
        return nil
    }

    /// Whether the journal of either side says that a version gave its large files up.
    private func isPruned(_ version: VersionID, _ repository: borrowing GitRepository) throws -> Bool {
        try VersionStore.isPruned(version) { adapter in
            let heads = [source, target].compactMap { $0[VersionStore.journal(of: adapter)] }
            return try heads.flatMap { try VersionStore.entries(of: adapter, upTo: $0, repository) }
        }
    }
}
