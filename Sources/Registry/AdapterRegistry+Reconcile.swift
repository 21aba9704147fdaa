import Adapters
import DurableFiles
import Foundation
import GRDB

/// What bringing the index up to what is on disk has changed, and what it could not mend.
public struct Reconciliation: Sendable, Hashable {
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

    public var isClean: Bool { self == Reconciliation() }
}

/// What git holds, for an index that does not speak git itself.
public struct GitVersions {
    public let tags: [VersionTag]
    /// Reads a version with its lineage.
    public let read: (VersionID) throws -> PublishedVersion

    public init(tags: [VersionTag], read: @escaping (VersionID) throws -> PublishedVersion) {
        self.tags = tags
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
        let tags = Dictionary(grouping: git.tags) { $0.version.adapter }
        let adapters = try Set(tags.keys).union(recordedAdapters()).union(stagedAdapters())
        for adapter in adapters.sorted() {
            let listed = try listedCommits(of: adapter)
            let held = Dictionary((tags[adapter] ?? []).map { ($0.version, $0.commit) }) { first, _ in first }
            outcome.missing += listed.filter { held[$0.key] != $0.value }.keys.sorted()
            guard access == .readWrite else { continue }
            // Most openings find nothing to do; they take no lease and write nothing.
            let unlisted = held.keys.filter { listed[$0] == nil }
            let litter = try litter(of: adapter)
            guard try !unlisted.isEmpty || !litter.isEmpty || hasRunningRun(adapter) else { continue }
            guard let lease = try leaseIfFree(adapter) else { continue }
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
        outcome.interrupted += try write { database in
            for version in published { try Self.recover(version, on: occasion, database) }
            return try Self.interruptRuns(of: adapter, at: occasion.at, database)
        }
        outcome.recovered += published.map(\.version)
        for entry in try litter(of: adapter) {
            try FileManager.default.removeItem(at: entry)
            outcome.removed.append(entry)
        }
    }

    /// Lists a version from git and closes its run, or writes the run down when the index never knew it.
    private static func recover(_ published: PublishedVersion, on occasion: Occasion, _ database: Database) throws {
        let lineage = published.lineage
        let start = RunStart(
            adapter: published.version.adapter, base: lineage.base, dataset: lineage.dataset, plan: lineage.plan,
            at: lineage.startedAt)
        let known = try Row.fetchOne(database, sql: "SELECT * FROM runs WHERE id = ?", arguments: [lineage.run.number])
        switch try known.map({ try Run($0) }) {
        case nil:
            try database.execute(
                sql: """
                    INSERT INTO runs (adapter, base, base_digest, dataset, dataset_digest, plan, plan_digest, started_at,
                        id, state, ended_at, version)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, 'finished', ?, ?)
                    """,
                arguments: arguments(start)
                    + [lineage.run.number, lineage.finishedAt.secondsSinceEpoch, published.version.number])
        case let run?
        where run.start.adapter == start.adapter && run.start.plan.digest == start.plan.digest && run.state != .finished:
            try close(run, as: published.version, at: occasion.at, database)
        // The number was given to another run; the version's lineage keeps what it came from.
        case _?: break
        }
        _ = try list(published, as: .recovered, on: occasion, database)
    }

    /// The version is there, so its run was finished, whatever a later start made of it.
    private static func close(_ run: Run, as version: VersionID, at time: Timestamp, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE runs SET state = 'finished', ended_at = ?, version = ?, reason = NULL WHERE id = ?",
            arguments: [time.secondsSinceEpoch, version.number, run.id.number])
    }

    private func listedCommits(of adapter: AdapterName) throws -> [VersionID: CommitID] {
        try read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT number, commit_id FROM versions WHERE adapter = ?", arguments: [adapter.text])
            return Dictionary(
                try rows.map { row in
                    (VersionID(adapter, try row.decode(Int.self, forColumn: "number")), try row.commit("commit_id"))
                }, uniquingKeysWith: { first, _ in first })
        }
    }

    private func hasRunningRun(_ adapter: AdapterName) throws -> Bool {
        try read { database in
            try Row.fetchOne(
                database, sql: "SELECT 1 FROM runs WHERE adapter = ? AND state = 'started'", arguments: [adapter.text]) != nil
        }
    }
}
