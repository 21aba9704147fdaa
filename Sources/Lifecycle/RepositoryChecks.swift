import Adapters
import DurableFiles
import Foundation
import Randomness
import Registry
import Versions

/// The doctor's look at the git repository.
struct RepositoryChecks: Sendable {
    /// Versions that are looked at where there are more.
    private static let sampleSize = 500

    private let workspace: Workspace
    // what the index says of the versions is asked first: whoever else asks it meanwhile keeps nobody waiting
    private let count: Result<Int, any Error>
    private let sample: Result<[VersionID], any Error>
    private let pruned: Result<Set<VersionID>, any Error>

    init(workspace: Workspace) {
        self.workspace = workspace
        count = Result { try workspace.registry.versionCount() }
        sample = Result { try Self.sampled(workspace.registry) }
        pruned = Result { try workspace.registry.versionsGivenUp() }
    }

    private var versions: VersionStore { workspace.versions }
    private var git: String { "git --git-dir \(versions.folder.path)" }

    var all: [HealthCheck] {
        [
            HealthCheck("git settings") { try settings }, HealthCheck("git HEAD") { try head },
            HealthCheck("references") { try references }, HealthCheck("git locks") { try locks },
            HealthCheck("git objects") { try objects(sample.get()) },
            HealthCheck("large files") { try largeFiles(sample.get()) },
        ]
    }

    /// Without them another git would write less carefully, or throw away what only a reference's log still leads to.
    private var settings: Health {
        get throws {
            let wanted = [("core.fsync", "all"), ("gc.auto", "0"), ("core.logallrefupdates", "always")]
            let wrong = try wanted.filter { key, value in try versions.setting(key) != value }
            return .unless(wrong.map { "\($0.0) is not \($0.1)" }, fine: "as lora set them") {
                .fault($0, mend: wrong.map { "\(git) config \($0.0) \($0.1)" }.joined(separator: " && "))
            }
        }
    }

    private var head: Health {
        get throws {
            let branches = try versions.adapterBranches()
            guard !branches.isEmpty else { return .fine("no version yet") }
            guard let head = try versions.head() else {
                return .fault(
                    "it names no branch that is there, so a clone shows nothing",
                    mend: "\(git) symbolic-ref HEAD refs/heads/\(branches[0])")
            }
            return .fine(head)
        }
    }

    private var references: Health {
        get throws {
            let loose = try versions.looseReferenceCount()
            return loose > 2 * VersionStore.looseReferences
                ? .advice("\(loose) in files of their own, which slows every opening", mend: "\(git) pack-refs --all")
                : .fine("\(counted(try count.get(), "version")), \(loose) references in files of their own")
        }
    }

    /// A lock of git that outlives its holder blocks whoever comes next.
    private var locks: Health {
        get throws {
            let stale = try versions.locks(olderThan: 60)
            return .unless(stale.map(\.path), fine: "none is held") {
                .fault("held for more than a minute: \($0)", mend: "rm \(stale.map(\.path).joined(separator: " "))")
            }
        }
    }

    /// Reads commit, tree and lineage of what is in use; git checks each against its name.
    private func objects(_ chosen: [VersionID]) throws -> Health {
        let wrong = try versions.published(chosen).compactMap { version, outcome -> String? in
            switch outcome {
            case .success(let published): published.version == version ? nil : "\(version)"
            case .failure(let error): "\(version): \(FailureWords.text(error))"
            }
        }
        return .unless(wrong, fine: "\(counted(chosen.count, "version")) looked at, all readable") {
            .damage($0, mend: "restore \(versions.folder.path) from a copy; lora verify reads everything")
        }
    }

    private func largeFiles(_ chosen: [VersionID]) throws -> Health {
        let pruned = try pruned.get()
        let (count, missing) = try versions.absentLargeFiles(of: chosen.filter { !pruned.contains($0) })
        return .unless(
            missing.map { "\($0.version) lacks \($0.path)" }, fine: "\(counted(count, "file")) looked for, all there"
        ) {
            .damage($0, mend: "\(git) lfs fetch --all REMOTE, or lora pull REMOTE")
        }
    }

    /// What aliases point to, and of the others so many that it takes no time.
    private static func sampled(_ registry: AdapterRegistry) throws -> [VersionID] {
        let all = try registry.releases().values.flatMap(\.versions)
        guard all.count > sampleSize else { return all.sorted() }
        let share = UInt64(all.count / sampleSize + 1)
        return all.filter { StableHash.of([], "\($0)").isMultiple(of: share) }.sorted()
    }
}
