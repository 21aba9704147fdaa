import Adapters
import DurableFiles
import Foundation
import Policies
import Registry
import Versions

/// Makes room: plans which versions give their weights up and what of staging and caches nobody needs, shows it, and does it.
public struct PruneRegistry {
    /// A folder that is no version.
    public struct Leftover: Sendable, Hashable {
        public let folder: URL
        /// `run-4 of greeter`.
        public let name: String
        public let bytes: Int
        public let isRemoved: Bool
        public let reason: String
    }

    public struct Plan: Sendable {
        public let adapters: [PrunePlan]
        public let staging: [Leftover]
        public let caches: [Leftover]
        /// What the removed versions alone hold; large files that a kept one shares are not in it.
        public let versionBytes: Int

        public var removed: [VersionID] { adapters.flatMap(\.removed) }
        public var kept: Int { adapters.flatMap(\.items).count { $0.deed == .keep } }
        public var leftovers: [Leftover] { staging + caches }
        public var bytes: Int { versionBytes + leftovers.filter(\.isRemoved).reduce(0) { $0 + $1.bytes } }
        public var isEmpty: Bool { removed.isEmpty && versionBytes == 0 && !leftovers.contains(where: \.isRemoved) }
    }

    let workspace: Workspace
    private let shelf: PolicyShelf
    private let givesUpLast: Bool

    /// - Parameter givesUpLast: whether versions may go of which no other copy is known.
    public init(in workspace: Workspace, workingFolder: URL, givesUpLast: Bool) {
        self.workspace = workspace
        self.givesUpLast = givesUpLast
        shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
    }

    /// - Parameter names: adapters; every one with versions when none is named.
    public func plan(_ names: [String]) throws -> Plan {
        let adapters = try names.isEmpty ? workspace.currentNames() : names.map(known)
        let plans = try adapters.compactMap { try plan(for: $0) }
        let given = try plans.flatMap(\.removed) + workspace.registry.prunedVersions()
        return Plan(
            adapters: plans, staging: try adapters.flatMap(staging), caches: try names.isEmpty ? caches() : [],
            versionBytes: try workspace.versions.exclusiveLargeFiles(of: given).values.reduce(0, +))
    }

    /// Does what a plan says: records first, then the files.
    ///
    /// - Returns: how many bytes that won.
    public func carryOut(_ plan: Plan, on occasion: Occasion) throws -> Int {
        for adapter in plan.adapters where !adapter.removed.isEmpty {
            try workspace.registry.prune(adapter.removed, of: adapter.adapter, on: occasion)
        }
        let won = try workspace.versions.removeLargeFiles(onlyOf: workspace.registry.prunedVersions())
        return won + (try removeStaging(plan, on: occasion)) + (try removeCaches(plan))
    }

    private func known(_ text: String) throws -> AdapterName {
        let name = try AdapterName(text)
        try workspace.requireKnown(name)
        return name
    }

    private func plan(for adapter: AdapterName) throws -> PrunePlan? {
        let records = try workspace.registry.versions(of: adapter)
        guard !records.isEmpty else { return nil }
        let events = try workspace.registry.history(of: adapter)
        guard events.standing.state != .renamed else { return nil }
        let versions = try records.map { record in
            PruneFacts.Version(
                record.version, aliases: record.aliases, served: events.served(record.version), parent: record.lineage.parent,
                passed: try passed(record), isPushed: try workspace.versions.isPushed(record.version),
                isPruned: record.isPruned,
                bytes: try workspace.versions.storedLargeFiles(of: record.version).values.reduce(0, +))
        }
        return PrunePlan(
            judging: PruneFacts(adapter: adapter, state: events.standing.state, versions: versions), by: try policy(of: adapter),
            givesUpLast: givesUpLast)
    }

    /// Whether the gate let it in when it was released.
    private func passed(_ record: VersionRecord) throws -> Bool {
        switch try ReleasedEvidence.read(record.version, at: record.published.at, in: workspace) {
        case .success(let evidence): evidence.isAdmitted
        case .failure: false
        }
    }

    /// That of the declaration; the default one where there is none any more.
    private func policy(of adapter: AdapterName) throws -> Policy {
        let isDeclared = try workspace.registry.declaredNames().contains(adapter)
        return try isDeclared
            ? shelf.policy(of: workspace.registry.adapter(named: adapter.text)) : shelf.policy(named: "default")
    }
}
