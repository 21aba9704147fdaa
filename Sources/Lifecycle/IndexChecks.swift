import Adapters
import Faults
import Foundation
import Registry

/// The doctor's look at the index of an opened registry.
struct IndexChecks {
    let workspace: Workspace
    let now: Timestamp

    private var registry: AdapterRegistry { workspace.registry }

    var all: [HealthCheck] {
        [
            HealthCheck("index") { try index }, HealthCheck("index and git agree") { agreement },
            HealthCheck("journals") { journals }, HealthCheck("records") { try records },
            HealthCheck("work under way") { try underWay }, HealthCheck("staging") { try staging },
        ]
    }

    private var index: Health {
        get throws {
            let place = workspace.layout.database.path
            if let problem = try registry.quickProblem() {
                return .damage("\(place) is not what it should be: \(problem)", mend: "lora registry rebuild")
            }
            let adapters = try registry.recordedAdapters().count
            return .fine("schema \(try registry.schema()), \(counted(adapters, "adapter")) with versions or runs")
        }
    }

    private var agreement: Health {
        let mended = workspace.mended
        let wrong =
            mended.missing.map { "\($0) is listed, but git does not hold it" }
            + mended.unreadable.map { "the lineage of \($0), or of one before it, cannot be read" }
            + mended.stranded.map { "git holds \($0), but lacks one before it" }
        let count = mended.recovered.count + mended.interrupted.count + mended.removed.count + mended.caughtUp.count
        let words = count == 0 ? "nothing was left half-done" : "what was left half-done is mended (\(counted(count, "thing")))"
        return .unless(wrong, fine: words) { .damage($0, mend: "restore \(workspace.layout.versions.path) from a copy") }
    }

    private var journals: Health {
        .unless(workspace.mended.diverged.map(\.text), fine: "each leads to where the index stands") {
            .damage("the index is not what these lead to: \($0)", mend: "lora registry rebuild")
        }
    }

    /// A clock that is behind the records makes nothing due.
    private var records: Health {
        get throws {
            guard let latest = try registry.latestRecord() else { return .fine("none yet") }
            return latest > now.adding(seconds: 3_600)
                ? .fault("the last is of \(latest), which is still to come", mend: "sudo timedatectl set-ntp true")
                : .fine("the last is of \(latest)")
        }
    }

    private var underWay: Health {
        get throws {
            let running = try registry.runningAdapters().map(\.text).sorted()
            return .fine(running.isEmpty ? "nothing" : Health.listed(running))
        }
    }

    /// Checkpoints of runs that were interrupted are kept until the next training, which goes on from them.
    private var staging: Health {
        get throws {
            let waiting = try registry.stagedRuns()
            guard !waiting.isEmpty else { return .fine("empty") }
            let bytes = waiting.reduce(0) { $0 + $1.bytes }
            let words = "\(bytes / 1_000_000) MB of runs without a version: \(Health.listed(waiting.map { "\($0.adapter)" }))"
            return .advice(words, mend: "lora train \(waiting[0].adapter)")
        }
    }
}
