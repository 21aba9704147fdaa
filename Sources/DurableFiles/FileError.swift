import Faults
import Foundation

/// A system call on a file that failed, with the reason the system gave.
public struct FileError: Error, Hashable {
    public enum Operation: String, Sendable, Hashable {
        case open, create, write, sync, rename, lock, read, delete
    }

    public let operation: Operation
    public let path: String
    /// The `errno` of the call.
    public let code: Int32

    public init(_ operation: Operation, _ file: URL, code: Int32 = errno) {
        self.operation = operation
        self.path = file.path
        self.code = code
    }
}

extension FileError: Explained {
    public var explanation: Explanation { Explanation("Could not \(operation.rawValue): \(reason).", at: path, next: remedy) }

    /// What the system says, such as `No such file or directory`.
    public var reason: String { String(cString: strerror(code)) }

    private var remedy: String {
        switch code {
        case ENOSPC, EDQUOT: "Free some space and run the command again; what was on the disk before is whole."
        case EACCES, EPERM, EROFS: "Check who may write there."
        case ENOENT: "Check that the path exists."
        case ENOTDIR: "Name a place whose parts are folders."
        default: "Run the command again once the cause is gone."
        }
    }
}
