import Adapters
import Archives
import Digests
import DurableFiles
import Foundation
import Registry
import Versions

/// Writes a registry into one file, while others go on working with it.
///
/// The file is a plain tar archive: `backup.json`, the folders `registry` and `policies` as `lora init` lays them, the version repository
/// among them with all objects in one pack, and last `SHA256SUMS`, which `sha256sum --check` reads. The index is not in it, since it is made
/// again from git; nor are staging and caches.
public struct BackUpRegistry {
    private let workspace: Workspace
    private let takesBases: Bool

    /// - Parameter takesBases: whether the folders of pinned bases that lie within the registry go along.
    public init(_ workspace: Workspace, takesBases: Bool) {
        self.workspace = workspace
        self.takesBases = takesBases
    }

    /// - Parameter progress: hears of each file before it is read, and may throw to stop.
    /// - Throws: `BackupError.exists`; the file then stays as it is. Whatever else goes wrong, there is no file.
    public func run(to file: URL, now: Timestamp, progress: (String) throws -> Void) throws -> BackupManifest {
        guard access(file.path, F_OK) != 0 else { throw BackupError.exists(path: file.path) }
        guard !file.standardizedFileURL.path.hasPrefix(workspace.layout.root.path + "/") else {
            throw BackupError.withinRegistry(path: file.path)
        }
        return try BackupWorkshop.lend(in: file.deletingLastPathComponent()) { workshop in
            try write(to: file, through: workshop, now, progress)
        }
    }

    private func write(
        to file: URL, through workshop: URL, _ now: Timestamp, _ progress: (String) throws -> Void
    ) throws -> BackupManifest {
        let (snapshot, needed) = try snapshot()
        let copy = workshop.appending(path: "versions.git")
        try workspace.versions.copy(snapshot, to: copy)
        var plan = BackupPlan()
        try plan.add(snapshot, needing: needed, copiedTo: copy, of: workspace.versions)
        let bases = try takesBases ? [] : workspace.registry.bases().map { workspace.layout.resolve($0.folder) }
        try plan.add(workspace.layout, without: bases)
        try plan.addPolicies(beside: workspace.layout)
        let manifest = manifest(of: plan, snapshot, now)
        let draft = workshop.appending(path: "backup.tar")
        try DurableFile.writeNew(draft, permissions: 0o600) { append in
            var archive = BackupArchive(madeAt: now.secondsSinceEpoch)
            try archive.add(manifest.data, as: BackupManifest.fileName, append)
            for folder in plan.folders { try archive.add(folder: folder, append) }
            for item in plan.files {
                try progress(item.path)
                try archive.add(item, append)
            }
            try archive.finish(append)
        }
        do throws(FileError) {
            try DurableFile.publish(file: draft, as: file)
        } catch {
            throw error.code == EEXIST ? BackupError.exists(path: file.path) : error
        }
        return manifest
    }

    /// Where everything stands at one moment, and which large files nobody has given up by then: nobody publishes, and nobody writes a
    /// journal.
    private func snapshot() throws -> (RepositorySnapshot, needed: Set<ContentDigest>) {
        var pruned = try workspace.registry.prunedVersions()
        while true {
            let snapshot = try lockedSnapshot()
            // reading every tree would keep others waiting; what was given up meanwhile shows below
            let needed = try workspace.versions.largeFiles(neededBeside: pruned)
            let now = try workspace.registry.prunedVersions()
            guard now != pruned else { return (snapshot, needed) }
            pruned = now
        }
    }

    private func lockedSnapshot() throws -> RepositorySnapshot {
        guard workspace.registry.access == .readWrite else { return try workspace.versions.snapshot() }
        return try workspace.versions.whileNobodyPublishes {
            try workspace.registry.whileNobodyWrites { try workspace.versions.snapshot() }
        }
    }

    private func manifest(of plan: BackupPlan, _ snapshot: RepositorySnapshot, _ now: Timestamp) -> BackupManifest {
        BackupManifest(
            madeAt: now, program: ProgramVersion.current, adapters: snapshot.count(below: "refs/heads/adapters/"),
            versions: snapshot.versions, datasets: snapshot.count(below: "refs/tags/datasets/"), largeFiles: plan.largeFiles,
            leftOut: plan.leftOut, lost: plan.lost)
    }
}

extension RepositorySnapshot {
    fileprivate func count(below prefix: String) -> Int { references.count { $0.hasPrefix(prefix) } }

    fileprivate var versions: Int {
        references.count { name in
            name.hasPrefix("refs/tags/") && VersionID(tag: String(name.dropFirst("refs/tags/".count))) != nil
        }
    }
}
