import DurableFiles
import Foundation

/// Reads a tar archive from its beginning to its end, entry by entry, without unpacking it. Nothing that it says is taken on trust:
/// only files and folders with relative paths that stay below where they are unpacked.
public struct TarReader: ~Copyable {
    private var file: OpenFile
    private var offset = 0
    /// Bytes of the present entry that have not been read, and the zeros after them.
    private var rest = 0
    private var padding = 0

    /// - Throws: `FileError` for what is no regular file.
    public init(_ file: URL) throws(FileError) { self.file = try OpenFile(file) }

    /// The next entry; what was not read of the one before is passed over. Nil at the end of the archive.
    ///
    /// - Throws: `TarError`.
    public mutating func next() throws -> TarEntry? {
        while try read() != nil {}
        guard let header = try header() else { return nil }
        guard header.type == .extended else { return try enter(header, path: header.path, size: header.size) }
        let records = try extended(header)
        guard let described = try self.header(), described.type != .extended else { throw TarError.badHeader(path: header.path) }
        return try enter(described, path: records.path ?? described.path, size: records.size ?? described.size)
    }

    /// The next piece of the present entry, of 1 MiB at most; nil when there is no more of it.
    public mutating func read() throws -> Data? {
        guard rest > 0 else {
            guard try bytes(padding).allSatisfy({ $0 == 0 }) else { throw TarError.notATar(offset: offset) }
            padding = 0
            return nil
        }
        let piece = try bytes(min(rest, 1 << 20))
        rest -= piece.count
        return piece
    }

    private mutating func enter(_ header: TarHeader, path: String, size: Int) throws(TarError) -> TarEntry {
        let isFolder = header.type == .folder
        guard size >= 0, !isFolder || size == 0 else { throw .badHeader(path: path) }
        let plain = isFolder && path.hasSuffix("/") ? String(path.dropLast()) : path
        guard Self.isSafe(plain) else { throw .unsafePath(plain) }
        (rest, padding) = (size, TarEntry.padding(after: size))
        return TarEntry(isFolder ? .folder : .file, path: plain, size: size, mode: header.mode, modified: header.modified)
    }

    /// Whether a path stays below the folder it is relative to.
    private static func isSafe(_ path: String) -> Bool {
        guard !path.isEmpty, !path.utf8.contains(0) else { return false }
        return path.split(separator: "/", omittingEmptySubsequences: false).allSatisfy { !["", ".", ".."].contains($0) }
    }

    /// Nil at the two blocks of zeros, after which nothing but zeros may follow.
    private mutating func header() throws -> TarHeader? {
        let block = try bytes(TarEntry.blockSize)
        guard block.allSatisfy({ $0 == 0 }) else { return try TarHeader(reading: block, at: offset - block.count) }
        guard try bytes(TarEntry.blockSize).allSatisfy({ $0 == 0 }) else { throw TarError.notATar(offset: offset) }
        while case let filling = try file.read(upTo: 1 << 20), !filling.isEmpty {
            guard filling.allSatisfy({ $0 == 0 }) else { throw TarError.notATar(offset: offset) }
            offset += filling.count
        }
        return nil
    }

    /// No path needs more.
    private static let extendedLimit = 1 << 16

    private mutating func extended(_ header: TarHeader) throws -> (path: String?, size: Int?) {
        guard header.size <= Self.extendedLimit else { throw TarError.badHeader(path: header.path) }
        var records = try bytes(header.size)
        _ = try bytes(TarEntry.padding(after: header.size))
        var (path, size): (String?, Int?) = (nil, nil)
        while !records.isEmpty {
            guard let length = Int(String(decoding: records.prefix { $0 != 0x20 }, as: UTF8.self)), length > 0,
                length <= records.count, records[records.startIndex + length - 1] == UInt8(ascii: "\n")
            else { throw TarError.badHeader(path: header.path) }
            let pair = records.prefix(length - 1).drop { $0 != 0x20 }.dropFirst().split(
                separator: UInt8(ascii: "="), maxSplits: 1)
            let value = pair.count == 2 ? String(decoding: pair[1], as: UTF8.self) : ""
            switch pair.first.map({ String(decoding: $0, as: UTF8.self) }) {
            case "path": path = value
            case "size":
                guard let number = Int(value) else { throw TarError.badHeader(path: header.path) }
                size = number
            default: break
            }
            records = records.dropFirst(length)
        }
        return (path, size)
    }

    /// Exactly as many bytes, counted from index 0.
    private mutating func bytes(_ count: Int) throws -> Data {
        var data = Data()
        while data.count < count {
            let piece = try file.read(upTo: count - data.count)
            guard !piece.isEmpty else { throw TarError.truncated(offset: offset + data.count) }
            data.append(piece)
        }
        offset += count
        return data
    }
}
