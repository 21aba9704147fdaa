import Foundation

/// Reads and copies of files whose size must not matter, in pieces of 1 MiB.
public enum FileBytes {
    package static let pieceSize = 1 << 20

    /// Hands the bytes of a regular file to `body`, piece by piece.
    ///
    /// - Throws: `FileError` with `EINVAL` when the path leads to something other than a regular file.
    public static func read(_ file: URL, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let source = try OpenFile(file)
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: pieceSize, alignment: 64)
        defer { piece.deallocate() }
        while true {
            let count = try source.read(into: piece)
            guard count > 0 else { return }
            try body(UnsafeRawBufferPointer(rebasing: piece[..<count]))
        }
    }

    /// The first `limit` bytes of a regular file, or all when it is shorter.
    public static func contents(of file: URL, limit: Int) throws -> Data {
        var data = Data()
        try read(file) { piece in
            if data.count < limit { data.append(contentsOf: piece.prefix(limit - data.count)) }
        }
        return data
    }

    /// Writes a new file from pieces; whoever publishes its folder makes it durable.
    ///
    /// - Throws: `FileError` with `EEXIST` when it is there already.
    public static func write(_ file: URL, permissions: mode_t = 0o644, pieces next: () throws -> Data?) throws {
        var new = try NewFile(file, permissions: permissions)
        while let piece = try next() {
            try piece.withUnsafeBytes { bytes in try new.write(bytes) }
        }
    }
}

/// A file that is being written for the first time.
package struct NewFile: ~Copyable {
    private let descriptor: Int32
    private let file: URL
    package private(set) var size = 0

    package init(_ file: URL, permissions: mode_t) throws(FileError) {
        descriptor = open(file.path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, permissions)
        guard descriptor >= 0 else { throw FileError(.create, file) }
        self.file = file
    }

    deinit { close(descriptor) }

    package mutating func write(_ bytes: UnsafeRawBufferPointer) throws(FileError) {
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = Foundation.write(descriptor, start, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(.write, file) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            size += count
        }
    }

    package func sync() throws(FileError) {
        guard fsync(descriptor) == 0 else { throw FileError(.sync, file) }
    }
}
