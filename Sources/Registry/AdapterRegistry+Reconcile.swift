import Adapters
import Digests
import DurableFiles
import Foundation
import GRDB

/// What bringing the index up to what is on disk has changed, and what it could not mend.
public struct Reconciliation: Sendable, Hashable {
    /// Adapters whose journal was ahead of the index.
    public internal(set) var caughtUp: [AdapterName] = []
    /// Adapters whose journal does not lead through where the index stands.
    public internal(set) var diverged: [AdapterName] = []
    /// Old names whose renaming had not come to its end.
    public var renamed: [AdapterName] = []
    /// Versions that git held and the index did not list.
    public internal(set) var recovered: [VersionID] = []
    /// Runs whose process died.
    public internal(set) var interrupted: [RunID] = []
    /// Half-written files and folders that nobody holds any more.
    public internal(set) var removed: [URL] = []
    /// Versions that the index lists and git does not hold, or holds with another content.
    public internal(set) var missing: [VersionID] = []
    /// Versions that git holds, but whose lineage cannot be read; they and their successors are not listed.
    public internal(set) var unreadable: [VersionID] = []
    /// Versions that git holds although the one before them is gone; they are not listed, since versions have no gaps.
    public internal(set) var stranded: [VersionID] = []

    /// Adapters with something half-done of which somebody holds the lease.
    public internal(set) var passedOver: [AdapterName] = []

    public init() {}

    /// Whether nothing had to be mended.
    public var isClean: Bool {
        var mended = self
        mended.passedOver = []
        return mended == Reconciliation()
    }
    /// Whether, beside that, nothing is being done that whoever does it may leave half-done.
    public var isSettled: Bool { self == Reconciliation() }
    /// Whether something cannot be mended from what is left.
    public var isDamaged: Bool { ![missing, unreadable, stranded].allSatisfy(\.isEmpty) || !diverged.isEmpty }
}

extension RegistryLayout {
    /// By what the index and the folder of running work are known again.
    public func stampIndex(into stamp: inout TreeStamp) throws {
        for place in [database, staging] { try stamp.add(place) }
    }
}

/// What git holds, for an index that does not speak git itself.
public struct GitVersions {
    public let tags: [VersionTag]
    /// Whether somebody may be bringing versions and their journals, one after the other; what has none yet is not to be listed.
    public let isMoving: Bool
    /// Reads a version with its lineage.
    public let read: (VersionID) throws -> PublishedVersion

    public init(tags: [VersionTag], isMoving: Bool = false, read: @escaping (VersionID) throws -> PublishedVersion) {
        self.tags = tags
        self.isMoving = isMoving
        self.read = read
    }
}

extension AdapterRegistry {
    /// Brings the index up to what a crash, a restored backup or a lost database left on disk. Doing it twice changes nothing more.
    ///
    /// An adapter that somebody holds the lease of is passed over: what looks half-done there is being done. Where the registry can
    /// only be read, what is missing is reported and nothing is mended.
    public func reconcile(with git: GitVersions, on occasion: Occasion) throws -> Reconciliation {
        var outcome = Reconciliation()
        try readJournals(&outcome)
        let tags = Dictionary(grouping: git.tags) { $0.version.adapter }
        let (listedByAdapter, running) = try (listedCommits(), adaptersWithRunningRuns())
        let staged = Set(try stagedAdapters())
        for adapter in Set(tags.keys).union(listedByAdapter.keys).union(running).union(staged).sorted() {
            let listed = listedByAdapter[adapter] ?? [:]
            let held = Dictionary((tags[adapter] ?? []).map { ($0.version, $0.commit) }) { first, _ in first }
            outcome.missing += listed.filter { held[$0.key] != $0.value }.keys.sorted()
            guard access == .readWrite, !outcome.diverged.contains(adapter) else { continue }
            // Most openings find nothing to do; they take no lease and write nothing.
            let unlisted = held.keys.filter { listed[$0] == nil }
            let litter = staged.contains(adapter) ? try litter(of: adapter) : []
            guard !unlisted.isEmpty || !litter.isEmpty || running.contains(adapter) else { continue }
            guard unlisted.isEmpty || !git.isMoving, let lease = try leaseIfFree(adapter) else {
                outcome.passedOver.append(adapter)
                continue
            }
            try withExtendedLifetime(lease) {
                try mend(adapter, held: held.keys.sorted(), read: git.read, on: occasion, &outcome)
            }
        }
        return outcome
    }

    private func mend(
        _ adapter: AdapterName, held: [VersionID], read: (VersionID) throws -> PublishedVersion, on occasion: Occasion,
        _ outcome: inout Reconciliation
    ) throws {
        // Looked at again: the list may have grown until the lease was ours.
        let latest = try latestVersion(of: adapter)?.number ?? 0
        var published: [PublishedVersion] = []
        for version in held where version.number > latest {
            guard version.number == latest + published.count + 1 else {
                outcome.stranded += held.filter { $0 >= version }
                break
            }
            do {
                published.append(try read(version))
            } catch {
                outcome.unreadable += held.filter { $0 >= version }
                break
            }
        }
        outcome.interrupted += try change(adapter) { transaction in
            // a journal that arrived meanwhile tells of some
            let listed = try Self.latest(adapter, transaction.database)?.number ?? 0
            published.removeAll { $0.version.number <= listed }
            for version in published { try Self.recover(version, on: occasion, &transaction) }
            return try Self.interruptRuns(of: adapter, at: occasion.at, where: { isOurs($0, of: adapter) }, &transaction)
        }
        outcome.recovered += published.map(\.version)
        for entry in try litter(of: adapter) {
            try DurableFile.remove(entry)
            outcome.removed.append(entry)
        }
    }

    /// Takes up what journals have and the index has not: a process died between the two, or the index was lost.
    private func readJournals(_ outcome: inout Reconciliation) throws {
        let (heads, positions) = (try journal.heads(), try positions())
        guard access == .readWrite, heads != positions else { return }
        for adapter in Set(heads.keys).union(positions.keys).union(try recordedAdapters()).sorted()
        where heads[adapter] != positions[adapter] || positions[adapter] == nil {
            do {
                let isCaughtUp = try write { database in
                    let position = try Self.position(of: adapter, database)
                    return try catchUp(adapter, database) != position && heads[adapter] != nil
                }
                if isCaughtUp { outcome.caughtUp.append(adapter) }
            } catch is JournalError {
                outcome.diverged.append(adapter)
            }
        }
    }

    /// Lists a version from git, with the run that left it if one of this registry did.
    private static func recover(
        _ published: PublishedVersion, on occasion: Occasion, _ transaction: inout ChangeTransaction
    ) throws {
        if let run = published.lineage.completedRun {
            try recover(run, that: published.version, on: occasion, &transaction)
        }
        _ = try list(published, as: .recovered, on: occasion, &transaction)
    }

    /// Closes the run that left a version, or writes it down when the index never knew it.
    private static func recover(
        _ run: Run, that version: VersionID, on occasion: Occasion, _ transaction: inout ChangeTransaction
    ) throws {
        switch try knownRun(run.id, of: version.adapter, transaction.database) {
        case nil:
            // one run of an adapter is under way at a time, and this one is over
            try interruptRuns(of: version.adapter, at: occasion.at, &transaction)
            try transaction.make(.runBegan(run.id, run.start))
            if let end = run.end { try transaction.make(.runEnded(run.id, end)) }
        case let known? where known.start.plan.digest == run.start.plan.digest && known.state != .finished:
            // The version is there, so its run was finished, whatever a later start made of it.
            try transaction.make(.runEnded(known.id, Run.End(.admitted(version), at: occasion.at)))
        // The number was given to another run; the version's lineage keeps what it came from.
        case _?: break
        }
    }

    /// What the index lists of every adapter, asked at once: an opening looks at all of them.
    private func listedCommits() throws -> [AdapterName: [VersionID: CommitID]] {
        try read { database in
            var listed: [AdapterName: [VersionID: CommitID]] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT adapter, number, commit_id FROM versions") {
                let adapter = try row.adapter()
                listed[adapter, default: [:]][try row.numberedVersion(of: adapter)] = try row.commit("commit_id")
            }
            return listed
        }
    }

    /// Those with a run of this registry that has not ended.
    private func adaptersWithRunningRuns() throws -> Set<AdapterName> {
        let running = try read { database in
            try Row.fetchAll(database, sql: "SELECT adapter, id FROM runs WHERE state = 'started'").map { row in
                (adapter: try row.adapter(), run: try row.run())
            }
        }
        return Set(running.filter { isOurs($0.run, of: $0.adapter) }.map(\.adapter))
    }

    /// Whether a run began here. Of one that a pull told of, nobody here knows whether it lives.
    private func isOurs(_ run: RunID, of adapter: AdapterName) -> Bool {
        FileManager.default.fileExists(atPath: layout.staging(of: run, for: adapter).path)
    }
}
