import Foundation

/// An advisory lock on a file that the kernel releases when its holder dies.
///
/// The file stays when the lock goes: deleting it would let two processes hold locks on two files of one name.
public final class FileLock: Sendable {
    private let descriptor: Int32
    private let file: URL

    /// Takes the lock without waiting; nil when another process (or another lock in this one) holds it.
    public static func take(_ file: URL, permissions: mode_t = 0o600) throws(FileError) -> FileLock? {
        let descriptor = open(file.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, permissions)
        guard descriptor >= 0 else { throw FileError(.open, file) }
        if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return FileLock(descriptor: descriptor, file: file) }
        let code = errno
        close(descriptor)
        guard code == EWOULDBLOCK else { throw FileError(.lock, file, code: code) }
        return nil
    }

    /// Takes the lock, trying for at most `limit`; nil when somebody held it all that time.
    public static func take(
        _ file: URL, waiting limit: Duration, permissions: mode_t = 0o600
    ) throws(FileError) -> FileLock? {
        let deadline = ContinuousClock.now + limit
        while true {
            if let lock = try take(file, permissions: permissions) { return lock }
            guard ContinuousClock.now < deadline else { return nil }
            usleep(5_000)
        }
    }

    /// Whether somebody holds the lock. Those who ask do not hinder one another; a lock that is taken at this very moment must wait.
    public static func isHeld(_ file: URL) throws(FileError) -> Bool {
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else {
            if errno == ENOENT { return false }
            throw FileError(.open, file)
        }
        defer { close(descriptor) }
        if flock(descriptor, LOCK_SH | LOCK_NB) == 0 { return false }
        guard errno == EWOULDBLOCK else { throw FileError(.lock, file) }
        return true
    }

    /// Writes a text into the file, durably: for whoever finds the lock taken, or finds it free because its holder died.
    public func sign(_ text: String) throws(FileError) {
        let bytes = Array(text.utf8)
        guard ftruncate(descriptor, 0) == 0, pwrite(descriptor, bytes, bytes.count, 0) == bytes.count else {
            throw FileError(.write, file)
        }
        guard fsync(descriptor) == 0 else { throw FileError(.sync, file) }
    }

    /// Lets whoever may write to a folder take the lock too, whatever the umask of its maker; only its owner can.
    public func share(as folder: URL) throws(FileError) {
        var (own, wanted) = (stat(), stat())
        guard fstat(descriptor, &own) == 0 else { throw FileError(.read, file) }
        guard stat(folder.path, &wanted) == 0 else { throw FileError(.read, folder) }
        let mode = wanted.st_mode & 0o666
        guard own.st_uid == geteuid(), own.st_mode & 0o777 != mode else { return }
        guard fchmod(descriptor, mode) == 0 else { throw FileError(.write, file) }
    }

    private init(descriptor: Int32, file: URL) {
        self.descriptor = descriptor
        self.file = file
    }

    deinit { close(descriptor) }
}
