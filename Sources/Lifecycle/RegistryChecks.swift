import Adapters
import Foundation
import Policies
import Registry
import Training

/// The doctor's look at an opened registry.
struct RegistryChecks {
    let workspace: Workspace
    let workingFolder: URL

    func run() -> [Doctor.Finding] {
        [
            check("index") { "\(counted(try workspace.registry.recordedAdapters().count, "adapter")) with versions or runs" },
            mended,
            check("versions") { "\(try workspace.versions.versions().count) tagged in \(workspace.versions.folder.path)" },
        ] + storedBytes() + bases() + declarations() + [freeSpace]
    }

    /// One finding for each version whose bytes are not those that were released; none when all are.
    private func storedBytes() -> [Doctor.Finding] {
        do {
            return try workspace.currentNames().flatMap(workspace.registry.versions).compactMap { record in
                do {
                    try workspace.requireSound(record.version)
                    return nil
                } catch {
                    return .broken("version \(record.version)", error)
                }
            }
        } catch {
            return [.broken("versions", error)]
        }
    }

    private func check(_ name: String, _ body: () throws -> String) -> Doctor.Finding {
        do {
            return .fine(name, try body())
        } catch {
            return .broken(name, error)
        }
    }

    private var mended: Doctor.Finding {
        let (mended, mend) = (workspace.mended, "restore versions.git from a copy")
        let faults =
            mended.missing.map { "\($0) is listed, but git does not hold it" }
            + mended.unreadable.map { "the lineage of \($0), or of one before it, cannot be read" }
            + mended.stranded.map { "git holds \($0), but lacks one before it" }
        if !faults.isEmpty { return .damaged("index and git agree", faults.joined(separator: "; "), mend: mend) }
        let count = mended.recovered.count + mended.interrupted.count + mended.removed.count
        return .fine(
            "index and git agree",
            count == 0 ? "nothing was left half-done" : "what was left half-done is mended (\(counted(count, "thing")))")
    }

    private func bases() -> [Doctor.Finding] {
        do {
            return try workspace.registry.bases().map { base in
                let changes = try workspace.registry.changes(to: base)
                let check = "base \(base.name)"
                guard !changes.isEmpty else { return .fine(check, "as it was pinned") }
                let isThere = FileManager.default.fileExists(atPath: workspace.layout.resolve(base.folder).path)
                let words = isThere ? "not as it was pinned: \(changes.words)" : "its folder is gone"
                return .warning(check, words, mend: TaskError.remedy(base.name))
            }
        } catch {
            return [.broken("bases", error)]
        }
    }

    private func declarations() -> [Doctor.Finding] {
        do {
            return try workspace.registry.declaredNames().map { name in
                check("adapter \(name)") { try trainable(try workspace.registry.adapter(named: name.text)) }
            }
        } catch {
            return [.broken("adapters", error)]
        }
    }

    /// What `train` would need before its first step: base, settings and data that can be read, and something left to learn from.
    private func trainable(_ declaration: AdapterDeclaration) throws -> String {
        let shelf = PolicyShelf(registry: workspace.layout.root, workingFolder: workingFolder)
        let policy = try shelf.policy(named: declaration.policy)
        let task = try PreparedTask(declaration, typed: TrainingOptions(), in: workspace)
        try task.dataset.requireExamples()
        return "\(counted(task.report.trainableRows, "row")) to learn from, \(task.evaluation.rowCount) held out, "
            + "policy \(policy.name)"
    }

    private var freeSpace: Doctor.Finding {
        check("disk space") {
            let facts = try FileManager.default.attributesOfFileSystem(forPath: workspace.layout.root.path)
            let free = (facts[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
            return "\(free / 1_000_000_000) GB free"
        }
    }
}
