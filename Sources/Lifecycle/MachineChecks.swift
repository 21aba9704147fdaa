import Adapters
import Foundation
import Tensors

/// The doctor's look at the machine.
struct MachineChecks {
    /// Memory below which training anything but small bases is hopeless, in bytes.
    private static let tightMemory: UInt64 = 4_000_000_000
    /// Git, SQLite, the shards of a base and its caches together stay far below.
    private static let fewFiles: UInt64 = 256
    /// Before this program was written: 2026-01-01.
    private static let earliest = Timestamp(secondsSinceEpoch: 1_767_225_600)

    let surroundings: Doctor.Surroundings
    let now: Timestamp

    var all: [HealthCheck] {
        [
            HealthCheck("program") { .fine(ProgramVersion.signature) },
            HealthCheck("kernels") {
                .fine("\(KernelPath.current.rawValue) on \(ProcessInfo.processInfo.activeProcessorCount) cores")
            },
            HealthCheck("memory") { memory }, HealthCheck("clock") { clock }, HealthCheck("open files") { openFiles },
            HealthCheck("temporary folder") { writable(FileManager.default.temporaryDirectory, otherwise: "TMPDIR") },
            HealthCheck("cache folder") {
                guard let cache = surroundings.cache else {
                    return .advice("neither LORA_CACHE nor HOME names one", mend: "export LORA_CACHE=/a/folder/of/yours")
                }
                return writable(Self.existing(cache), otherwise: "LORA_CACHE")
            },
        ]
    }

    private var memory: Health {
        let bytes = ProcessInfo.processInfo.physicalMemory
        let words = "\(bytes / 1_000_000_000) GB"
        return bytes < Self.tightMemory
            ? .advice(words, mend: "train small bases here, with `--memory-budget`, and larger ones on a larger machine")
            : .fine(words)
    }

    private var clock: Health {
        now < Self.earliest
            ? .fault("it says \(now), so nothing would ever be due", mend: "sudo timedatectl set-ntp true") : .fine("\(now)")
    }

    private var openFiles: Health {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return .fine("no limit") }
        return limit.rlim_cur < Self.fewFiles
            ? .fault("at most \(limit.rlim_cur) at a time", mend: "ulimit -n 1024") : .fine("at most \(limit.rlim_cur) at a time")
    }

    private func writable(_ folder: URL, otherwise variable: String) -> Health {
        access(folder.path, W_OK | X_OK) == 0
            ? .fine(folder.path)
            : .advice("\(folder.path) takes no files", mend: "export \(variable)=/a/folder/that/takes/files")
    }

    /// The nearest folder upward that is there.
    private static func existing(_ folder: URL) -> URL {
        access(folder.path, F_OK) == 0 || folder.pathComponents.count < 2 ? folder : existing(folder.deletingLastPathComponent())
    }
}
