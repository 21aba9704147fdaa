import DurableFiles
import Foundation

/// A file that is downloaded in pieces, over several processes if need be; who writes it holds the lock of its digest.
final class PartialFile {
    private let place: URL
    private let descriptor: Int32
    private let wanted: HubFile
    private var hash: HubFile.Digest.Hash
    /// Bytes that are there.
    private(set) var size = 0
    /// By what the server knows the content whose bytes are there; nil where it has not said.
    var validator: String?

    /// Opens what an earlier attempt left, and reads it once more: its digest must be that of the whole in the end.
    init(_ place: URL, of wanted: HubFile) throws {
        (self.place, self.wanted) = (place, wanted)
        hash = HubFile.Digest.Hash(wanted.digest, size: wanted.size)
        descriptor = open(place.path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
        guard descriptor >= 0 else { throw FileError(.open, place) }
        try readAgain()
    }

    deinit { close(descriptor) }

    private func readAgain() throws {
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw FileError(.read, place) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw FileError(.read, place, code: EINVAL) }
        guard status.st_size <= wanted.size else { return try startAnew() }
        let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 64)
        defer { piece.deallocate() }
        while true {
            let count = read(descriptor, piece.baseAddress, piece.count)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileError(.read, place) }
            guard count > 0 else { return }
            hash.update(UnsafeRawBufferPointer(rebasing: piece[..<count]))
            size += count
        }
    }

    func startAnew() throws {
        guard ftruncate(descriptor, 0) == 0, lseek(descriptor, 0, SEEK_SET) == 0 else { throw FileError(.write, place) }
        hash = HubFile.Digest.Hash(wanted.digest, size: wanted.size)
        (size, validator) = (0, nil)
    }

    /// - Throws: `TooLong` for more than the file has.
    func append(_ bytes: UnsafeRawBufferPointer) throws {
        guard size + bytes.count <= wanted.size else { throw TooLong() }
        var rest = bytes
        while let start = rest.baseAddress, !rest.isEmpty {
            let count = write(descriptor, start, rest.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw FileError(.write, place) }
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
        }
        hash.update(bytes)
        size += bytes.count
    }

    struct TooLong: Error {}

    var isWhole: Bool { size == wanted.size }

    /// Whether the bytes are those of the digest.
    var isRight: Bool { isWhole && hash.hex == wanted.digest.hex }

    /// Gives the file its name, durably.
    func publish(as file: URL) throws {
        guard fsync(descriptor) == 0 else { throw FileError(.sync, place) }
        try DurableFile.rename(place, to: file)
        try DurableFile.syncFolder(file.deletingLastPathComponent())
    }
}
