import Foundation

/// A regular file that is read from its beginning.
public struct OpenFile: ~Copyable {
    private let descriptor: Int32
    private let file: URL
    /// What it was known by when it was opened.
    private let stamp: FileStamp
    /// Bytes it had when it was opened.
    public var size: Int { stamp.size }
    /// Its permissions, the lowest nine bits of its mode.
    public let permissions: mode_t

    /// - Throws: `FileError` with `EINVAL` when the path leads to something other than a regular file.
    public init(_ file: URL) throws(FileError) {
        // A FIFO would make a plain open wait for its writer.
        let descriptor = open(file.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(.open, file) }
        var status = stat()
        let code = fstat(descriptor, &status) == 0 ? (status.st_mode & S_IFMT == S_IFREG ? 0 : EINVAL) : errno
        guard code == 0 else {
            close(descriptor)
            throw FileError(.read, file, code: code)
        }
        self.descriptor = descriptor
        self.file = file
        stamp = FileStamp(status)
        permissions = status.st_mode & 0o777
    }

    deinit { close(descriptor) }

    /// Whether nobody has written to it since it was opened.
    public var isUnchanged: Bool {
        get throws(FileError) {
            var status = stat()
            guard fstat(descriptor, &status) == 0 else { throw FileError(.read, file) }
            return FileStamp(status) == stamp
        }
    }

    /// Fills a buffer as far as one call does.
    ///
    /// - Returns: how many bytes were read; 0 at the end.
    func read(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        while true {
            let count = Foundation.read(descriptor, buffer.baseAddress, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(.read, file) }
            return count
        }
    }

    /// The next bytes, as many as one call yields; none at the end.
    public mutating func read(upTo count: Int) throws(FileError) -> Data {
        var data = Data(count: count)
        let result = data.withUnsafeMutableBytes { buffer in Result { () throws(FileError) in try read(into: buffer) } }
        return data.prefix(try result.get())
    }
}
