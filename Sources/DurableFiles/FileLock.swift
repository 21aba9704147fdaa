import Foundation

/// An advisory lock on a file that the kernel releases when its holder dies.
public final class FileLock: Sendable {
    private let descriptor: Int32

    /// Takes the lock without waiting; nil when another process (or another lock in this one) holds it.
    public static func take(_ file: URL) throws(FileError) -> FileLock? {
        let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw FileError(.open, file) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return FileLock(descriptor: descriptor) }
        let code = errno
        close(descriptor)
        guard code == EWOULDBLOCK else { throw FileError(.lock, file, code: code) }
        return nil
    }

    private init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }
}
