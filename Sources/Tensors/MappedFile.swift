import DurableFiles
import Foundation

/// A regular file mapped read-only for as long as this object lives.
///
/// Nothing is read until it is touched, and pages are shared with every other process that maps the file.
/// Truncating a mapped file kills the process (SIGBUS): replace weights by rename, never in place.
final class MappedFile: Sendable {
    let url: URL
    let count: Int
    private nonisolated(unsafe) let base: UnsafeRawPointer?

    /// - Throws: `SafetensorsError.notRegular` for folders, pipes and devices (without waiting for a pipe's writer), else `FileError`.
    init(_ url: URL) throws {
        let descriptor = open(url.path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw FileError(.open, url) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(.open, url) }
        let kind = FileKind(mode: status.st_mode)
        guard kind == .regular else { throw SafetensorsError(.notRegular(kind), file: url) }
        self.url = url
        count = Int(status.st_size)
        base = try Self.map(descriptor, count: count, url)
    }

    /// `mmap` refuses empty files; they have no address and need none.
    private static func map(_ descriptor: Int32, count: Int, _ url: URL) throws(FileError) -> UnsafeRawPointer? {
        guard count > 0 else { return nil }
        let address = mmap(nil, count, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address, address != MAP_FAILED else { throw FileError(.read, url) }
        return UnsafeRawPointer(address)
    }

    deinit {
        if let base { munmap(UnsafeMutableRawPointer(mutating: base), count) }
    }

    /// The bytes; valid only inside `body`.
    func withBytes<Result, Failure: Error>(
        _ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes outside the file")
        defer { withExtendedLifetime(self) {} }
        return try body(UnsafeRawBufferPointer(start: base.map { $0 + range.lowerBound }, count: range.count))
    }

    /// Gives back the memory of pages that were read; they are read again when they are touched again.
    func release(_ range: Range<Int>) { advise(range, MADV_DONTNEED) }

    /// Has pages read from the disk meanwhile that will be touched soon.
    func prefetch(_ range: Range<Int>) { advise(range, MADV_WILLNEED) }

    private func advise(_ range: Range<Int>, _ advice: Int32) {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes outside the file")
        guard let base, !range.isEmpty else { return }
        let page = Int(getpagesize())
        let start = range.lowerBound / page * page
        // that it fails costs memory or time, nothing else
        madvise(UnsafeMutableRawPointer(mutating: base + start), range.upperBound - start, advice)
    }

    /// Where a byte lies; valid as long as this object lives.
    func address(at offset: Int) -> UnsafeRawPointer {
        precondition(offset >= 0 && offset <= count, "bytes outside the file")
        // an empty file has no bytes to read
        return base.map { $0 + offset } ?? UnsafeRawPointer(bitPattern: 64)!
    }

    /// The bytes without copying them; the mapping lives as long as the data.
    func data(_ range: Range<Int>) -> Data {
        precondition(range.lowerBound >= 0 && range.upperBound <= count, "bytes outside the file")
        guard let base, !range.isEmpty else { return Data() }
        let start = UnsafeMutableRawPointer(mutating: base + range.lowerBound)
        return Data(bytesNoCopy: start, count: range.count, deallocator: .custom { _, _ in withExtendedLifetime(self) {} })
    }
}

/// What a path leads to.
public enum FileKind: String, Sendable, Hashable {
    case regular = "a regular file"
    case folder = "a folder"
    case pipe = "a named pipe"
    case socket = "a socket"
    case device = "a device"

    init(mode: mode_t) {
        self =
            switch mode & S_IFMT {
            case S_IFREG: .regular
            case S_IFDIR: .folder
            case S_IFIFO: .pipe
            case S_IFSOCK: .socket
            default: .device
            }
    }
}
