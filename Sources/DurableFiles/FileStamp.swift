import Foundation

/// By what a file that was looked at once is known again: where it lies, how large it is, and when it was last changed.
///
/// The second time is that of the inode, which no program can set: a file that was written to, replaced or given back its old
/// modification time has another stamp.
public struct FileStamp: Sendable, Hashable, CustomStringConvertible {
    public let device: UInt64
    public let inode: UInt64
    public let size: Int
    /// Nanoseconds since 1970.
    public let modified: Int
    public let changed: Int

    public init(of file: URL) throws(FileError) {
        var status = stat()
        guard stat(file.path, &status) == 0 else { throw FileError(.read, file) }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        modified = Self.nanoseconds(status.st_mtim)
        changed = Self.nanoseconds(status.st_ctim)
    }

    public var description: String { "\(device):\(inode) \(size) \(modified) \(changed)" }

    private static func nanoseconds(_ time: timespec) -> Int { time.tv_sec * 1_000_000_000 + time.tv_nsec }
}
