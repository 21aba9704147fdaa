import Adapters
import DurableFiles
import Foundation
import Registry

/// What lies in staging and caches.
extension PruneRegistry {
    /// The folders of runs that are over. One that can be gone on with stays, unless its adapter was given up.
    func staging(of adapter: AdapterName) throws -> [Leftover] {
        let state = try workspace.registry.standing(of: adapter).state
        return try workspace.registry.runs(of: adapter).compactMap { run -> Leftover? in
            let folder = workspace.layout.staging(of: run.id, for: adapter)
            guard FileManager.default.fileExists(atPath: folder.path) else { return nil }
            let (isRemoved, reason) = Self.fate(of: run, state)
            return Leftover(
                folder: folder, name: "\(run.id) of \(adapter)", bytes: try FolderSize.bytes(of: folder), isRemoved: isRemoved,
                reason: reason)
        }
    }

    private static func fate(of run: Run, _ state: AdapterState) -> (isRemoved: Bool, reason: String) {
        switch run.state {
        case .started: (false, "it is running")
        case .finished: (true, "it is over, and nothing goes on from it")
        case .failed, .interrupted:
            state == .retired ? (true, "its adapter is retired") : (false, "`lora train` can go on with it")
        }
    }

    /// Checked-out versions; those that an alias points to are likely to be asked for again.
    func caches() throws -> [Leftover] {
        let root = workspace.layout.caches
        let inUse = try workspace.registry.recordedAdapters().flatMap(workspace.registry.versions)
            .filter { !$0.aliases.isEmpty }.map { ($0.published.commit.hex, $0.version) }
        let versions = Dictionary(inUse, uniquingKeysWith: { first, _ in first })
        guard FileManager.default.fileExists(atPath: root.path) else { return [] }
        return try FileManager.default.contentsOfDirectory(atPath: root.path).filter { CommitID($0) != nil }.sorted().map {
            name in
            let (folder, version) = (root.appending(path: name), versions[name])
            return Leftover(
                folder: folder, name: version.map { "check-out of \($0)" } ?? "check-out of \(name.prefix(12))",
                bytes: try FolderSize.bytes(of: folder), isRemoved: version == nil,
                reason: version == nil ? "no alias points to it; it is made again when asked for" : "an alias points to it")
        }
    }

    /// - Throws: `RunError.leaseHeld` when somebody is at work on the adapter.
    func removeStaging(_ plan: Plan, on occasion: Occasion) throws -> Int {
        var won = 0
        for adapter in try workspace.registry.recordedAdapters() {
            let folder = workspace.layout.staging(of: adapter)
            let spent = plan.staging.filter { $0.isRemoved && $0.folder.deletingLastPathComponent().path == folder.path }
            guard !spent.isEmpty else { continue }
            let lease = try workspace.registry.lease(
                adapter, holder: "process \(ProcessInfo.processInfo.processIdentifier), pruning since \(occasion.at)")
            // looked at again: a run may have gone on from what the plan saw
            let still = Set(try staging(of: adapter).filter(\.isRemoved).map(\.folder))
            try withExtendedLifetime(lease) { won += try Self.remove(spent.filter { still.contains($0.folder) }) }
        }
        return won
    }

    func removeCaches(_ plan: Plan) throws -> Int {
        let spent = plan.caches.filter(\.isRemoved)
        guard !spent.isEmpty else { return 0 }
        return try VersionCache(of: workspace).locked { try Self.remove(spent) }
    }

    private static func remove(_ leftovers: [Leftover]) throws -> Int {
        try leftovers.reduce(0) { won, leftover in
            try DurableFile.remove(leftover.folder)
            return won + leftover.bytes
        }
    }
}
