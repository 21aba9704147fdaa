import Adapters
import DurableFiles
import Foundation
import GRDB

/// What bringing the index up to what is on disk has changed.
public struct Reconciliation: Sendable, Hashable {
    /// Versions that git held and the index did not list.
    public internal(set) var recovered: [VersionID] = []
    /// Runs whose process died.
    public internal(set) var interrupted: [RunID] = []
    /// Half-written files and folders that nobody holds any more.
    public internal(set) var removed: [URL] = []
    /// Versions that the index lists and git does not hold, or holds with another content.
    public internal(set) var missing: [VersionID] = []

    public var isClean: Bool { recovered.isEmpty && interrupted.isEmpty && removed.isEmpty && missing.isEmpty }
}

extension AdapterRegistry {
    /// Brings the index up to what a crash, a restored backup or a lost database left on disk. Doing it twice changes nothing more.
    ///
    /// An adapter that somebody holds the lease of is passed over: what looks half-done there is being done.
    ///
    /// - Parameter published: every version that git holds.
    public func reconcile(_ published: [PublishedVersion], on occasion: Occasion) throws -> Reconciliation {
        var outcome = Reconciliation()
        let byAdapter = Dictionary(grouping: published) { $0.version.adapter }
        let adapters = Set(byAdapter.keys).union(try recordedAdapters()).union(stagedAdapters())
        for adapter in adapters.sorted() {
            let versions = (byAdapter[adapter] ?? []).sorted { $0.version < $1.version }
            try reconcile(adapter, versions, on: occasion, &outcome)
        }
        return outcome
    }

    private func reconcile(
        _ adapter: AdapterName, _ published: [PublishedVersion], on occasion: Occasion, _ outcome: inout Reconciliation
    ) throws {
        let listed = Dictionary(uniqueKeysWithValues: try versions(of: adapter).map { ($0.version, $0.published.commit) })
        let held = Dictionary(published.map { ($0.version, $0.commit) }) { first, _ in first }
        let unlisted = published.filter { listed[$0.version] == nil }
        // Most openings find nothing to do; they take no lease and write nothing.
        let needsLease = try !unlisted.isEmpty || runs(of: adapter).contains { $0.state == .started } || hasLitter(adapter)
        if needsLease, let lease = try leaseIfFree(adapter) {
            try withExtendedLifetime(lease) {
                let changed = try index(unlisted, of: adapter, on: occasion)
                outcome.recovered += changed.recovered
                outcome.interrupted += changed.interrupted
                outcome.removed += try removeLitter(of: adapter)
            }
        }
        outcome.missing += listed.filter { held[$0.key] != $0.value }.keys.sorted()
    }

    private func index(
        _ published: [PublishedVersion], of adapter: AdapterName, on occasion: Occasion
    ) throws -> (recovered: [VersionID], interrupted: [RunID]) {
        try write { database in
            // The list may have grown between the look and the lease.
            let latest = try Self.latest(adapter, database)
            let unlisted = published.filter { version in latest.map { version.version > $0 } ?? true }
            for version in unlisted { try Self.recover(version, on: occasion, database) }
            return (unlisted.map(\.version), try Self.interruptRuns(of: adapter, at: occasion.at, database))
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
        case let run? where run.state == .started && run.start.adapter == start.adapter && run.start.plan == start.plan:
            try end(run.id, .admitted(published.version), at: occasion.at, database)
        // The number was given to another run; the version's lineage keeps what it came from.
        case _?: break
        }
        _ = try list(published, as: .recovered, on: occasion, database)
    }
}

/// Staging folders hold `<adapter>/run-12/…`; drafts there bear `DurableFile.draftPrefix`.
extension AdapterRegistry {
    private func stagedAdapters() -> [AdapterName] {
        entries(of: layout.staging).compactMap { folder in
            do throws(NameError) { return try AdapterName(folder.lastPathComponent) } catch { return nil }
        }
    }

    private func hasLitter(_ adapter: AdapterName) throws -> Bool { try !litter(of: adapter).isEmpty }

    /// Drafts, and the folders of runs whose candidate git has.
    private func litter(of adapter: AdapterName) throws -> [URL] {
        let folders = entries(of: layout.staging(of: adapter))
        let admitted = Set(try runs(of: adapter).filter { $0.end?.outcome.version != nil }.map { "\($0.id)" })
        let drafts = (folders + folders.flatMap(entries)).filter { $0.lastPathComponent.hasPrefix(DurableFile.draftPrefix) }
        return drafts + folders.filter { admitted.contains($0.lastPathComponent) }
    }

    private func removeLitter(of adapter: AdapterName) throws -> [URL] {
        let litter = try litter(of: adapter)
        for entry in litter { try FileManager.default.removeItem(at: entry) }
        return litter
    }

    private func entries(of folder: URL) -> [URL] {
        let names = FileManager.default.enumerator(
            at: folder, includingPropertiesForKeys: nil, options: [.skipsSubdirectoryDescendants])
        return (names?.compactMap { $0 as? URL } ?? []).sorted { $0.path < $1.path }
    }
}
