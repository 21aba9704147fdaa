import Foundation
import Tensors

/// The doctor's look at the machine.
enum MachineChecks {
    /// Memory below which training anything but small bases is hopeless, in bytes.
    private static let tightMemory: UInt64 = 4_000_000_000

    static func run() -> [Doctor.Finding] { [program, kernels, memory] }

    private static var program: Doctor.Finding { .fine("program", "lora-keeper \(ProgramVersion.current)") }

    private static var kernels: Doctor.Finding {
        .fine("kernels", "\(KernelPath.current.rawValue) on \(ProcessInfo.processInfo.activeProcessorCount) cores")
    }

    private static var memory: Doctor.Finding {
        let bytes = ProcessInfo.processInfo.physicalMemory
        let words = "\(bytes / 1_000_000_000) GB"
        return bytes < tightMemory
            ? .warning("memory", words, mend: "train small bases here, and larger ones on a larger machine")
            : .fine("memory", words)
    }
}
