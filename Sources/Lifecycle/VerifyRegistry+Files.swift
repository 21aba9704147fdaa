import Adapters
import DurableFiles
import Faults
import Foundation
import Llama
import Registry
import Training
import Versions

/// What is read of a registry beside its records: the repository itself, pinned bases, checkpoints, and caches that are used as they are.
extension VerifyRegistry {
    /// What keeps a registry from being opened for anything else to be read: damaged files of its repository; nil when there are none.
    public static func obstacles(to location: RegistryLocation) throws -> Report? {
        let faults = try VersionStore.fileFaults(of: location.layout.versions)
        guard !faults.isEmpty else { return nil }
        return Report(
            versions: 0, versionsKept: 0, pruned: 0, datasets: 0, datasetsKept: 0,
            faults: faults.map { Fault(subject: "repository", explanation: $0.explanation) }, foreign: [])
    }

    func fileFaults(_ progress: (String) throws -> Void) throws -> [Fault] {
        let looks: [(subject: String, look: () throws -> [any Error])] = [
            ("repository", { try workspace.versions.referenceFaults() }),
            ("bases", { try readsBases ? workspace.changedBases() : [] }),
            ("checkpoints", { try workspace.damagedCheckpoints() }), ("caches", { try workspace.damagedCaches() }),
        ]
        return try looks.flatMap { subject, look in
            try progress(subject)
            return try found(subject) { try look().map { fault(subject, $0) } }
        }
    }
}

extension Workspace {
    /// Bases whose folder is not as it was pinned, in what is computed with it; every file is read.
    fileprivate func changedBases() throws -> [any Error] {
        try registry.bases().compactMap { base in
            guard FileManager.default.fileExists(atPath: layout.resolve(base.folder).path) else {
                return TaskError.baseGone(base.name, path: layout.resolve(base.folder).path)
            }
            let changes = try registry.changes(to: base).filter { $0.effect != .cosmetic }
            return changes.isEmpty ? nil : TaskError.baseDiffersFromPin(base.name, changes: changes)
        }
    }

    /// Those of runs that nobody is at work on.
    fileprivate func damagedCheckpoints() throws -> [any Error] {
        try registry.recordedAdapters().sorted().flatMap { adapter -> [any Error] in
            guard FileManager.default.fileExists(atPath: layout.staging(of: adapter).path) else { return [] }
            let lease = try registry.access == .readWrite ? registry.leaseIfFree(adapter) : nil
            guard lease != nil || registry.access == .readOnly else { return [] }
            return try withExtendedLifetime(lease) {
                try registry.runs(of: adapter).flatMap { run in
                    let folder = layout.staging(of: run.id, for: adapter).appending(path: TrainAdapter.checkpoints)
                    return try CheckpointStore(folder).faults()
                }
            }
        }
    }

    /// They are made again when they are next asked for; until then, somebody should hear of a disk that forgets.
    fileprivate func damagedCaches() throws -> [any Error] {
        let checkedOut = VersionCache(of: self)
        let changes = try registry.access == .readWrite ? checkedOut.locked(checkedOut.changes) : checkedOut.changes()
        let cached = try weights.damaged() + changes
        return cached.map { DamagedCache(file: $0) }
    }
}

/// A file of a cache that is not what was written.
private struct DamagedCache: Explained {
    let file: URL

    var explanation: Explanation {
        Explanation(
            "A cached file is not what was written.", at: file.path,
            next: "It is made again when it is next asked for; look at the disk (`dmesg`, `smartctl`).", kind: .integrity)
    }
}
