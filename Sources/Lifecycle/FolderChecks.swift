import DurableFiles
import Foundation
import Registry

/// The doctor's look at the folders of a registry, before it is opened.
struct FolderChecks {
    /// Free bytes below which a training may not find room for its checkpoints.
    private static let tightSpace: Int64 = 2_000_000_000

    let layout: RegistryLayout

    var all: [HealthCheck] {
        [
            HealthCheck("folders") { folders }, HealthCheck("owner") { owner }, HealthCheck("permissions") { permissions },
            HealthCheck("disk space") { try space }, HealthCheck("leftovers") { try leftovers },
        ]
    }

    private var state: [URL] {
        [layout.state, layout.staging, layout.caches, layout.locks, layout.versions].filter { access($0.path, F_OK) == 0 }
    }

    private var folders: Health {
        let closed = ([layout.root, layout.adapters, layout.bases] + state).filter {
            access($0.path, F_OK) == 0 && access($0.path, W_OK | X_OK) != 0
        }
        guard access(layout.adapters.path, F_OK) == 0 else {
            return .fault("adapters/ is missing", mend: "mkdir \(layout.adapters.path)")
        }
        return .unless(closed.map(\.path), fine: "all can be written to") {
            .fault("not to be written to: \($0)", mend: "chmod u+rwx \(closed.map(\.path).joined(separator: " "))")
        }
    }

    /// What root makes in a user's registry the user can no longer write to.
    private var owner: Health {
        let places = [layout.root, layout.database] + state
        let strangers = places.map(\.path).filter { path in Self.status(of: path).map { $0.st_uid != geteuid() } ?? false }
        return .unless(strangers, fine: "all is yours") {
            .fault("somebody else's: \($0)", mend: "sudo chown -R $(id -un) \(layout.state.path)")
        }
    }

    /// Reasons and names in the index are for those who may read the registry's state.
    private var permissions: Health {
        let wanted: [(path: String, mode: mode_t)] = [(layout.database.path, 0o600), (layout.state.path, 0o700)]
        let open = wanted.filter { place in Self.status(of: place.path).map { $0.st_mode & 0o777 & ~place.mode != 0 } ?? false }
        let deeds = open.map { "chmod \(String($0.mode, radix: 8)) \($0.path)" }
        return .unless(open.map(\.path), fine: "index and state are yours alone") {
            .fault("open to others: \($0)", mend: deeds.joined(separator: " && "))
        }
    }

    private static func status(of path: String) -> stat? {
        var status = stat()
        return stat(path, &status) == 0 ? status : nil
    }

    private var space: Health {
        get throws {
            let facts = try FileManager.default.attributesOfFileSystem(forPath: layout.root.path)
            let free = (facts[.systemFreeSize] as? NSNumber)?.int64Value ?? 0
            let words = "\(free / 1_000_000_000) GB free"
            return free < Self.tightSpace
                ? .advice(words, mend: "free some on the file system of \(layout.root.path) before the next training")
                : .fine(words)
        }
    }

    /// Indices that were set aside, and drafts of processes that died: nothing reads them.
    private var leftovers: Health {
        get throws {
            var found: [URL] = []
            for folder in [layout.root, layout.adapters, layout.bases, layout.state, layout.caches]
            where access(folder.path, F_OK) == 0 {
                let names = try OpenFolder(folder).entries().map(\.name).filter {
                    $0.hasPrefix(DurableFile.draftPrefix) || $0.hasPrefix("lora.sqlite.damaged-")
                }
                found += names.sorted().map { folder.appending(path: $0) }
            }
            return .unless(found.map(\.path), fine: "none") {
                .advice("nobody needs \($0)", mend: "rm -r \(found.map(\.path).joined(separator: " "))")
            }
        }
    }
}
