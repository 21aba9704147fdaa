import Foundation

/// What of mapped files stands in this process's memory.
public enum MappedMemory {
    public struct NotMapped: Error {
        public let file: URL
    }

    /// KiB of a mapped file.
    public static func resident(_ file: URL) throws -> Int {
        let smaps = try FileHandle(forReadingFrom: URL(filePath: "/proc/self/smaps")).readToEnd() ?? Data()
        let maps = String(decoding: smaps, as: UTF8.self).split(separator: "\n")
        guard let start = maps.firstIndex(where: { $0.hasSuffix(file.lastPathComponent) }),
            let size = maps[start...].first(where: { $0.hasPrefix("Rss:") })?.split(separator: " ")[1], let kilobytes = Int(size)
        else { throw NotMapped(file: file) }
        return kilobytes
    }
}
