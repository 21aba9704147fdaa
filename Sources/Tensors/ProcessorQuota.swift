import Foundation

/// What this process may take of the processor.
enum ProcessorQuota {
    /// How many threads a numeric program is to use, by the name that OpenMP, OpenBLAS and PyTorch go by.
    static let variable = "OMP_NUM_THREADS"

    /// Whole cores: the least of what the control group grants, rounded up, and what the environment says; 0 where nothing is bounded.
    static func read(
        root: URL = URL(filePath: "/sys/fs/cgroup"), environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Int {
        let asked = environment[variable].flatMap { Int($0) }.flatMap { $0 > 0 ? min($0, Int(Int32.max)) : nil }
        return [granted(root), asked].compactMap(\.self).filter { $0 > 0 }.min() ?? 0
    }

    private static func granted(_ root: URL) -> Int? {
        // version 2 says "quota period" or "max period" in one file, version 1 has a file for each and −1 for no bound
        let second = words(root.appending(path: "cpu.max"))
        let first = ["cpu.cfs_quota_us", "cpu.cfs_period_us"].flatMap { words(root.appending(path: "cpu").appending(path: $0)) }
        let numbers = (second.isEmpty ? first : second).map { Int($0) ?? 0 }
        guard numbers.count == 2, numbers[0] > 0, numbers[1] > 0 else { return nil }
        return min(Int(Int32.max), (numbers[0] - 1) / numbers[1] + 1)
    }

    private static func words(_ file: URL) -> [Substring] {
        guard let text = FileManager.default.contents(atPath: file.path) else { return [] }
        return String(decoding: text, as: UTF8.self).split(whereSeparator: \.isWhitespace)
    }
}
