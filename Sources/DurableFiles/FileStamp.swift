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

    public init(of file: URL) throws(FileError) { try self.init(ofFileAt: file.path) }

    public init(ofFileAt path: String) throws(FileError) {
        var status = stat()
        guard stat(path, &status) == 0 else { throw FileError(.read, URL(filePath: path)) }
        self.init(status)
    }

    package init(device: UInt64, inode: UInt64, size: Int, modified: Int, changed: Int) {
        (self.device, self.inode, self.size, self.modified, self.changed) = (device, inode, size, modified, changed)
    }

    init(_ status: stat) {
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = Int(status.st_size)
        modified = Self.nanoseconds(status.st_mtim)
        changed = Self.nanoseconds(status.st_ctim)
    }

    /// Whether two paths lead to one file.
    public func isSameFile(as other: FileStamp) -> Bool { device == other.device && inode == other.inode }

    public var description: String { "\(device):\(inode) \(size) \(modified) \(changed)" }

    /// Whether a later change is sure to give another stamp. File systems count time in steps, of up to two seconds: what has changed
    /// within the present step may change once more and look the same.
    ///
    /// - Parameter moment: of the file system's clock, before the file was looked at.
    public func isSettled(at moment: FileMoment) -> Bool { Self.isSettled(changed, at: moment) }

    /// Whether it was written to last longer ago.
    public func isOlder(thanSeconds seconds: Int, at moment: FileMoment) -> Bool {
        modified < moment.nanoseconds - seconds * 1_000_000_000
    }

    package static func isSettled(_ changed: Int, at moment: FileMoment) -> Bool {
        changed < moment.nanoseconds - FileMoment.step
    }

    private static func nanoseconds(_ time: timespec) -> Int { time.tv_sec * 1_000_000_000 + time.tv_nsec }
}

/// A moment by the clock that stamps files.
public struct FileMoment: Sendable, Hashable {
    static let step = 2_000_000_000

    let nanoseconds: Int

    /// Stamps are made by the machine's clock, so no other may judge them.
    public static var now: FileMoment {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return FileMoment(nanoseconds: time.tv_sec * 1_000_000_000 + time.tv_nsec)
    }

    public func adding(seconds: Int) -> FileMoment { FileMoment(nanoseconds: nanoseconds + seconds * 1_000_000_000) }
}
