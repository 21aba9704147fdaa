import Foundation

/// How much room a file system has.
public enum DiskRoom {
    /// Bytes that may still be written where a folder lies; nil where the file system does not say.
    public static func free(at folder: URL) -> Int? {
        var status = statvfs()
        guard statvfs(folder.path, &status) == 0, status.f_blocks > 0 else { return nil }
        return Int(clamping: UInt64(status.f_bavail).multipliedReportingOverflow(by: UInt64(status.f_frsize)).partialValue)
    }
}
