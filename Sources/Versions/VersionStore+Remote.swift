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
    /// Large files that whoever received had damaged, or lacked of what it had already.
    public internal(set) var mended: [Mended] = []
    /// Large files that are damaged, or lacking, on both sides.
    public internal(set) var unmended: [Mended] = []
    /// Branches and tags in which whoever received was further already, by their short names.
    public internal(set) var ahead: [String] = []
    /// Where the branches of adapters stand on the other side now.
    var there: [AdapterName: CommitID] = [:]

    public struct Mended: Sendable, Hashable {
        /// The version or data set.
        public let subject: String
        public let fault: VersionFault
    }

    /// Whether whoever received lacked nothing, and has it whole as far as it was looked at.
    public var isEmpty: Bool { references.isEmpty && largeFiles == 0 && unmended.isEmpty }
}

/// Versions, their data sets, journals and large files between this repository and another one.
///
/// Order: large files, each whole and checked against its digest, then git's objects, then data sets, versions and branches. Whoever
/// looks at the other side sees a version only when all of it is there, and a transfer that was cut off goes on where it stopped.
extension VersionStore {
    /// - Parameter isThorough: reads every large file there, and mends there what is whole here.
    /// - Throws: `RemoteError.diverged` when each side has what the other has not; nothing is moved then. A side that is merely ahead is left
    ///   as it is.
    @discardableResult
    public func push(
        _ adapters: [AdapterName], to address: RemoteAddress, isThorough: Bool = false
    ) throws -> VersionTransfer {
        try push(adapters, to: address.open(), isThorough: isThorough)
    }

    /// - Parameter isThorough: reads every large file here, and mends what is whole there.
    /// - Throws: `RemoteError.diverged` when each side has what the other has not; nothing is moved then. A side that is merely ahead is left
    ///   as it is.
    @discardableResult
    public func pull(
        _ adapters: [AdapterName], from address: RemoteAddress, isThorough: Bool = false
    ) throws -> VersionTransfer {
        try pull(adapters, from: address.open(), isThorough: isThorough)
    }

    /// The adapters that another repository has something of.
    public static func adapters(in address: RemoteAddress) throws -> [AdapterName] {
        let names = try address.open().references().keys.compactMap { name in
            ["refs/heads/adapters/", journalBranches].first(where: name.hasPrefix).map { String(name.dropFirst($0.count)) }
        }
        return Set(
            names.compactMap { name in
                do throws(NameError) { return try AdapterName(name) } catch { return nil }
            }
        ).sorted()
    }

    func push(_ adapters: [AdapterName], to remote: some RemoteRepository, isThorough: Bool = false) throws -> VersionTransfer {
        try remote.exclusively { lease in
            try withRepository { repository in
                let theirs = try remote.references()
                try observeTransfer(.looked)
                // what the other side has gone on to tells whether it follows from what is here
                let unknown = try Self.references(of: adapters, in: theirs).filter { name, id in
                    try name.hasPrefix("refs/heads/") && !repository.holdsObject(id)
                }
                if !unknown.isEmpty {
                    try PublicationLease.wait(for: folder).moving([PublicationLease.transfer]) {
                        try remote.download(unknown.map(\.name), into: repository)
                    }
                }
                let plan = try TransferPlan(adapters, from: references(repository), to: theirs, in: self, repository) { _, _ in }
                let own = LargeFileStore(repository: folder)
                var transfer = try move(
                    plan, repository, name: folder.path,
                    problem: { try remote.problem(of: $0.pointer, isThorough: isThorough || $0.isNew) },
                    copy: { try remote.put($0, from: own) })
                if !plan.moves.isEmpty { try remote.take(plan.moves, from: self, holding: lease) }
                (transfer.references, transfer.ahead) = (plan.moves.map(\.short), plan.ahead.map(\.short))
                transfer.there = try Self.branches(of: adapters, in: theirs, after: plan.moves)
                return transfer
            }
        }
    }

    func pull(_ adapters: [AdapterName], from remote: some RemoteRepository, isThorough: Bool = false) throws -> VersionTransfer {
        let lease = try PublicationLease.wait(for: folder)
        return try lease.moving([PublicationLease.transfer]) {
            try withRepository { repository in
                let theirs = try remote.references()
                try observeTransfer(.looked)
                func fetch(_ names: [String], _ repository: borrowing GitRepository) throws {
                    let unknown = try names.filter { name in try theirs[name].map { try !repository.holdsObject($0) } ?? false }
                    try remote.download(unknown, into: repository)
                }
                try fetch(Self.references(of: adapters, in: theirs).map(\.name), repository)
                let plan = try TransferPlan(
                    adapters, from: theirs, to: references(repository), in: self, repository, fetch: fetch)
                try observeTransfer(.gotObjects)
                let own = LargeFileStore(repository: folder)
                var transfer = try move(
                    plan, repository, name: remote.name,
                    problem: { try isThorough || $0.isNew ? own.problem(of: $0.pointer) : own.visibleProblem(of: $0.pointer) },
                    copy: { try remote.get($0, into: own) })
                try lease.moving(plan.moves) {
                    try move(plan.moves, because: "pulled from \(remote.name)")
                }
                (transfer.references, transfer.ahead) = (plan.moves.map(\.short), plan.ahead.map(\.short))
                transfer.there = try Self.branches(of: adapters, in: theirs, after: [])
                return transfer
            }
        }
    }

    private static func branches(
        of adapters: [AdapterName], in seen: [String: git_oid], after moves: [ReferenceMove]
    ) throws -> [AdapterName: CommitID] {
        let now = seen.merging(moves.map { ($0.name, $0.new) }) { _, new in new }
        return try adapters.reduce(into: [:]) { all, adapter in all[adapter] = try now[branch(of: adapter)].map(commitID) }
    }

    /// Branches and version tags of adapters, sorted.
    static func references(of adapters: [AdapterName], in all: [String: git_oid]) -> [(name: String, id: git_oid)] {
        let wanted = Set(adapters.map(\.text))
        return all.filter { name, id in
            ReferenceMove(name: name, new: id, old: nil).adapter.map { wanted.contains(String($0)) } ?? false
        }.map { ($0.key, $0.value) }.sorted { $0.name < $1.name }
    }

    /// Branches and tags and what they point to.
    func references(_ repository: borrowing GitRepository) throws -> [String: git_oid] {
        try ["refs/heads/*", "refs/tags/*"].reduce(into: [:]) { all, pattern in
            for (name, id) in try repository.targets(matching: pattern) { all[name] = id }
        }
    }

    /// Copies the large files that whoever receives has not whole.
    ///
    /// - Parameter name: of the side they come from.
    private func move(
        _ plan: TransferPlan, _ repository: borrowing GitRepository, name: String,
        problem: (TransferPlan.LargeFile) throws -> VersionFault.Problem?,
        copy: (LargeFilePointer) throws -> VersionFault.Problem?
    ) throws -> VersionTransfer {
        var transfer = VersionTransfer()
        for file in plan.files {
            guard let lacking = try problem(file) else { continue }
            let fault = VersionFault(path: file.path, problem: lacking)
            // what was given up stays away from where it was
            if try !file.isNew && fault.isMissing && plan.owner(of: file, repository) == nil { continue }
            if let bad = try copy(file.pointer) {
                let fault = VersionFault(path: file.path, problem: bad)
                let owner = try plan.owner(of: file, repository)
                if fault.isMissing && owner == nil { continue }
                let subject = owner?.subject ?? file.subject
                guard !file.isNew else { throw RemoteError.badObject(of: subject, fault, path: name) }
                transfer.unmended.append(.init(subject: subject, fault: VersionFault(path: file.path, problem: lacking)))
                continue
            }
            transfer.largeFiles += 1
            transfer.bytes += file.pointer.size
            if !file.isNew || !fault.isMissing { transfer.mended.append(.init(subject: file.subject, fault: fault)) }
            try observeTransfer(.storedLargeFile(file.path))
        }
        return transfer
    }

    /// Moves references of this repository in the order given. One that stands elsewhere by now is left there, with all that follows of its
    /// adapter; the others go on.
    ///
    /// - Throws: `RemoteError.moved` for the first of those.
    func move(_ moves: [ReferenceMove], because reason: String) throws {
        var (failed, failure): (Set<Substring?>, (any Error)?) = ([], nil)
        try withRepository { repository in
            for move in moves where !failed.contains(move.adapter) {
                do {
                    try self.move(move, because: reason, repository)
                    try observeTransfer(.moved(move.short))
                } catch let error as RemoteError {
                    failed.insert(move.adapter)
                    failure = failure ?? error
                }
            }
        }
        if let failure { throw failure }
    }

    /// Moves what a transfer has not come to. What stands elsewhere by now was moved by another program since, and stays there.
    func finishTransfer(to goals: [PublicationLease.Signature.Goal]) throws {
        let moves = try withRepository { repository in
            try goals.compactMap { goal -> ReferenceMove? in
                let (new, old) = (try GitLibrary.oid(goal.id), try repository.target(of: goal.reference))
                let move = ReferenceMove(name: goal.reference, new: new, old: old)
                guard old != new, try repository.holdsObject(new) else { return nil }
                guard let old else { return move }
                return try move.isBranch && repository.leads(from: new, to: old) ? move : nil
            }
        }
        do { try move(moves, because: "finished a transfer that was cut off") } catch is RemoteError { return }
    }

    private func move(_ move: ReferenceMove, because reason: String, _ repository: borrowing GitRepository) throws {
        do {
            try retryingLocks(on: move.name, of: nil) {
                try repository.point(move.name, to: move.new, from: move.old, because: reason)
            }
        } catch let failure as GitFailure where failure.means(GIT_EMODIFIED) || failure.means(GIT_EEXISTS) {
            let found = try repository.target(of: move.name)
            // somebody brought the same, or stored the same data
            if found == move.new || (found != nil && move.isOfDataset) { return }
            throw RemoteError.moved(
                reference: move.short, seen: try move.old.map(Self.commitID), found: try found.map(Self.commitID),
                wanted: try Self.commitID(move.new))
        }
        if move.isBranch { try repository.pointHead(to: move.name) }
    }
}
