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

    private var remedy: String { Self.remedy(code) }

    /// What to do about the reason that a system call gave.
    private static func remedy(_ code: Int32) -> String {
        switch code {
        case ENOSPC:
            "Free some space, or, where `df -i` shows no inodes left, remove some files, and run the command again; what was on the disk "
                + "before is whole."
        case EDQUOT: "Free some space, or have the quota raised, and run the command again; what was on the disk before is whole."
        case EFBIG:
            "Raise the limit on the size of files (`ulimit -f`), or use a file system that takes larger ones, and run the command again."
        case EIO: "Check the disk and its connection, then run `lora verify`; it says what is damaged."
        case EROFS: "Make the file system writable again (the system's log says why it is not), and run the command again."
        case EACCES, EPERM: "Check who may write there."
        case ENOENT: "Check that the path exists."
        case ENOTDIR: "Name a place whose parts are folders."
        default: "Run the command again once the cause is gone."
        }
    }
}

extension FileError {
    /// What to do about a failure of which another library tells in words that end in the system's reason; nil when they do not.
    public static func remedy(ofWords words: String) -> String? {
        let codes = [ENOSPC, EDQUOT, EFBIG, EIO, EROFS, EACCES, EPERM]
        return codes.first { words.hasSuffix(String(cString: strerror($0))) }.map(remedy)
    }
}
