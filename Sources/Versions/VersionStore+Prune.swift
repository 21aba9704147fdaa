import Adapters
import CGit2
import Digests
import DurableFiles
import Foundation

/// Large files that were given up, and what is known of other copies.
extension VersionStore {
    /// The digests and sizes of the large files of a version that are here.
    public func storedLargeFiles(of version: VersionID) throws -> [ContentDigest: Int] {
        let store = LargeFileStore(repository: folder)
        let pointers = try withRepository { repository in
            try repository.pointers(in: repository.details(of: try Self.commit(of: version, repository)).tree)
        }
        return Dictionary(
            pointers.filter { FileManager.default.fileExists(atPath: store.object($0.digest).path) }.map { ($0.digest, $0.size) },
            uniquingKeysWith: { first, _ in first })
    }

    /// What would become free without the large files of these versions: those that nothing else in the repository names.
    public func exclusiveLargeFiles(of versions: [VersionID]) throws -> [ContentDigest: Int] {
        guard !versions.isEmpty else { return [:] }
        let given = try versions.map { try storedLargeFiles(of: $0) }
            .reduce(into: [:]) { all, files in all.merge(files) { first, _ in first } }
        let needed = try largeFiles(neededBeside: versions)
        return given.filter { !needed.contains($0.key) }
    }

    /// The large files that anything in the repository names but these versions.
    public func largeFiles(neededBeside versions: [VersionID]) throws -> Set<ContentDigest> {
        try withRepository { repository in try Self.pointers(outside: versions, repository) }
    }

    /// Removes the large files that only these versions name. Nobody publishes meanwhile: what is being published may name them too.
    ///
    /// - Returns: how many bytes that won.
    public func removeLargeFiles(onlyOf versions: [VersionID]) throws -> Int {
        guard !versions.isEmpty else { return 0 }
        let lease = try PublicationLease.wait(for: folder)
        return try withExtendedLifetime(lease) {
            let store = LargeFileStore(repository: folder)
            return try exclusiveLargeFiles(of: versions).sorted { $0.key.hex < $1.key.hex }.reduce(0) { won, file in
                let object = store.object(file.key)
                guard unlink(object.path) == 0 || errno == ENOENT else { throw FileError(.delete, object) }
                try DurableFile.syncFolder(object.deletingLastPathComponent())
                return won + file.value
            }
        }
    }

    /// Whether the journal of its adapter says that a version gave its large files up, or that of its later name.
    func isPruned(_ version: VersionID) throws -> Bool { try Self.isPruned(version) { try entries(of: $0, after: nil) } }

    static func isPruned(_ version: VersionID, in journal: (AdapterName) throws -> [JournalEntry]) throws -> Bool {
        try journal(version.adapter).flatMap(\.changes).contains { change in
            guard case .happened(let event) = change else { return false }
            switch event.kind {
            case .pruned: return event.version == version
            case .renamedTo: return try event.otherName.map { try isPruned(version.renamed($0), in: journal) } ?? false
            default: return false
            }
        }
    }

    /// The digests that any reference names in its tree, but for the tags of these versions and what stands at their commits.
    private static func pointers(
        outside versions: [VersionID], _ repository: borrowing GitRepository
    ) throws -> Set<ContentDigest> {
        let given = try versions.map { try commitID(try commit(of: $0, repository)) }
        var (seen, digests) = (Set(given), Set<ContentDigest>())
        for reference in try repository.references(matching: "refs/*") where !reference.hasPrefix(journalBranches) {
            guard let commit = try repository.commit(at: reference), seen.insert(try commitID(commit)).inserted else { continue }
            digests.formUnion(try repository.pointers(in: repository.details(of: commit).tree).map(\.digest))
        }
        return digests
    }
}

/// Where another repository stood when versions last moved there or came from there: `refs/lora/pushed/NAME`, which no clone takes along.
extension VersionStore {
    private static func pushed(_ adapter: AdapterName) -> String { "refs/lora/pushed/\(adapter)" }

    /// Notes what another repository has of the branches of adapters, as a transfer saw it there.
    public func markPushed(_ transfer: VersionTransfer) throws {
        try withRepository { repository in
            let moves = try transfer.there.sorted { $0.key < $1.key }.compactMap { try note($0.key, of: $0.value, repository) }
            guard !moves.isEmpty else { return }
            try PublicationLease.wait(for: folder).moving(moves.map(\.name)) {
                for move in moves {
                    try retryingLocks(on: move.name, of: nil) {
                        try repository.point(move.name, to: move.new, from: move.old, because: "another repository has it")
                    }
                }
            }
        }
    }

    /// Nil when nothing that is here was seen there, or when as much is known already.
    private func note(
        _ adapter: AdapterName, of seen: CommitID, _ repository: borrowing GitRepository
    ) throws -> ReferenceMove? {
        let seen = try GitLibrary.oid(seen.hex)
        guard let own = try repository.target(of: Self.branch(of: adapter)) else { return nil }
        // of what stands here and there the earlier is on both sides
        let (isBehind, isAhead) = try (repository.leads(from: own, to: seen), repository.leads(from: seen, to: own))
        guard isBehind || isAhead else { return nil }
        let common = isBehind ? seen : own
        let old = try repository.target(of: Self.pushed(adapter))
        if let old, try repository.leads(from: old, to: common) { return nil }
        return ReferenceMove(name: Self.pushed(adapter), new: common, old: old)
    }

    public func isPushed(_ version: VersionID) throws -> Bool {
        try withRepository { repository in
            guard let tip = try repository.target(of: Self.pushed(version.adapter)) else { return false }
            return try repository.leads(from: tip, to: Self.commit(of: version, repository))
        }
    }
}
