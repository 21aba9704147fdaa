import Adapters
import CGit2
import DurableFiles
import Foundation

/// What has been moved between two repositories.
public struct VersionTransfer: Sendable, Hashable {
    /// Branches and tags that stand elsewhere now, by their short names.
    public internal(set) var references: [String] = []
    public internal(set) var largeFiles = 0
    public internal(set) var bytes = 0

    public var isEmpty: Bool { references.isEmpty && largeFiles == 0 }
}

/// Versions, their data sets, journals and large files between this repository and another bare one on the same file system.
///
/// Large files go first, each whole and checked against its digest, then git's objects, then branches and tags: whoever looks at the other
/// side sees a version only when all of it is there, and a transfer that was cut off goes on where it stopped.
extension VersionStore {
    /// - Throws: `RemoteError.diverged` when the other side has what this one has not; nothing is moved then.
    public func push(_ adapters: [AdapterName], to remote: URL) throws -> VersionTransfer {
        try move(adapters, from: folder, to: remote)
    }

    /// - Throws: `RemoteError.diverged` when this side has what the other one has not; nothing is moved then.
    public func pull(_ adapters: [AdapterName], from remote: URL) throws -> VersionTransfer {
        let lease = try PublicationLease.wait(for: folder)
        return try withExtendedLifetime(lease) { try move(adapters, from: remote, to: folder) }
    }

    /// The adapters that another repository has something of.
    public static func adapters(in remote: URL) throws -> [AdapterName] {
        try existing(remote).withRepository { repository in
            let names = try ["adapters", "journal"].flatMap { kind in
                try repository.targets(matching: "refs/heads/\(kind)/*").map {
                    String($0.name.dropFirst("refs/heads/\(kind)/".count))
                }
            }
            return Set(
                names.compactMap { name in
                    do throws(NameError) { return try AdapterName(name) } catch { return nil }
                }
            ).sorted()
        }
    }

    private static func existing(_ folder: URL) throws -> VersionStore {
        guard FileManager.default.fileExists(atPath: folder.appending(path: "HEAD").path) else {
            throw RemoteError.noRepository(path: folder.path)
        }
        return try VersionStore(openingAt: folder)
    }

    /// The stored data sets that versions of these adapters name and another repository has not. What both have is the same data,
    /// whatever commit brought it there.
    private func datasets(of adapters: [AdapterName], lackingIn other: VersionStore) throws -> [DatasetID] {
        let lacking = Set(try datasets()).subtracting(try other.datasets())
        guard !lacking.isEmpty else { return [] }
        let named = try withRepository { repository in
            try adapters.flatMap(versions).compactMap { version in
                try lineage(in: repository.details(of: Self.commit(of: version.version, repository)).tree, repository)?.dataset?
                    .id
            }
        }
        return lacking.intersection(named).sorted()
    }

    private func move(_ adapters: [AdapterName], from source: URL, to target: URL) throws -> VersionTransfer {
        var transfer = VersionTransfer()
        var wanted: [(name: String, id: git_oid, old: git_oid?)] = []
        let (from, to) = (try Self.existing(source), try Self.existing(target))
        // data sets before the versions that name them
        let datasets = try from.datasets(of: adapters, lackingIn: to)
        try from.withRepository { source in
            try to.withRepository { target in
                wanted = try datasets.compactMap { dataset in
                    let name = Self.reference(of: dataset)
                    return try source.target(of: name).map { (name, $0, nil) }
                }
                for adapter in adapters { wanted += try Self.references(of: adapter, source, target) }
            }
        }
        let versions = wanted.compactMap { VersionID(tag: String($0.name.dropFirst("refs/tags/".count))) }
        for dataset in datasets {
            try from.copy(from.largeFiles(of: dataset), of: "\(dataset)", to: to, &transfer)
        }
        for version in versions {
            try from.copy(from.largeFiles(of: version), of: "\(version)", to: to, mayLackSome: from.isPruned(version), &transfer)
        }
        try to.fetch(wanted.map(\.name), from: source)
        try to.withRepository { target in
            for (name, id, old) in wanted where name.hasPrefix("refs/heads/") {
                try target.point(name, to: id, from: old, because: "moved from \(source.path)")
                try target.pointHead(to: name)
            }
        }
        transfer.references = wanted.map { Self.short($0.name) }
        return transfer
    }

    private static func short(_ reference: String) -> String {
        reference.split(separator: "/").dropFirst(2).joined(separator: "/")
    }

    /// What is to be moved of an adapter: branches that the source has gone on with, and tags that the target lacks.
    private static func references(
        of adapter: AdapterName, _ source: borrowing GitRepository, _ target: borrowing GitRepository
    ) throws -> [(name: String, id: git_oid, old: git_oid?)] {
        let branches = [branch(of: adapter), journal(of: adapter)]
        let tags = try source.targets(matching: "refs/tags/\(adapter)/v*").map(\.name)
        var moves: [(name: String, id: git_oid, old: git_oid?)] = []
        for name in branches + tags.sorted() {
            guard let new = try source.target(of: name), case let old = try target.target(of: name), new != old else { continue }
            if let old, try name.hasPrefix("refs/tags/") || !source.leads(from: new, to: old) {
                // the target may simply be ahead: then there is nothing to move
                if try !name.hasPrefix("refs/tags/") && target.leads(from: old, to: new) { continue }
                throw RemoteError.diverged(reference: short(name), source: try commitID(new), target: try commitID(old))
            }
            moves.append((name, new, old))
        }
        return moves
    }

    private func copy(
        _ files: [(path: String, pointer: LargeFilePointer)], of subject: String, to other: VersionStore,
        mayLackSome: @autoclosure () throws -> Bool = false, _ transfer: inout VersionTransfer
    ) throws {
        let (own, others) = (LargeFileStore(repository: folder), LargeFileStore(repository: other.folder))
        for (path, pointer) in files {
            guard try others.problem(of: pointer) != nil else { continue }
            if let problem = try own.problem(of: pointer) {
                if case .missingObject = problem, try mayLackSome() { continue }
                throw RemoteError.badObject(of: subject, VersionFault(path: path, problem: problem), path: folder.path)
            }
            let stored = try others.store(own.object(pointer.digest))
            guard stored == pointer else {
                throw RemoteError.badObject(
                    of: subject,
                    VersionFault(path: path, problem: .wrongDigest(expected: "\(pointer.digest)", found: "\(stored.digest)")),
                    path: folder.path)
            }
            transfer.largeFiles += 1
            transfer.bytes += pointer.size
        }
    }

    /// Brings the objects of references here, and tags with them; branches are moved afterwards.
    private func fetch(_ references: [String], from source: URL) throws {
        guard !references.isEmpty else { return }
        try withRepository { repository in
            let tags = references.filter { $0.hasPrefix("refs/tags/") }.map { "\($0):\($0)" }
            let branches = references.filter { $0.hasPrefix("refs/heads/") }.map { "\($0):refs/lora/incoming/\(Self.short($0))" }
            try repository.fetch(tags + branches.map { "+\($0)" }, from: source)
            for branch in references where branch.hasPrefix("refs/heads/") {
                try repository.remove("refs/lora/incoming/\(Self.short(branch))")
            }
        }
    }
}
