import Foundation

/// One file or folder of a tar archive, in the form `ustar` of POSIX.1-1988 with the extended headers (`pax`) of POSIX.1-2001 where a
/// path or a size does not fit into it.
///
/// An archive is, for each entry, a header of 512 bytes and the file's bytes, filled up with zeros to a multiple of 512; two blocks of
/// zeros end it.
public struct TarEntry: Sendable, Hashable {
    public enum Kind: Sendable, Hashable { case file, folder }

    public let kind: Kind
    /// Relative, its parts separated by `/`; without one at the end.
    public let path: String
    /// Bytes of the file; 0 for a folder.
    public let size: Int
    /// Permissions, the lowest nine bits.
    public let mode: Int
    /// Seconds since 1970.
    public let modified: Int

    public init(_ kind: Kind, path: String, size: Int = 0, mode: Int, modified: Int) {
        self.kind = kind
        self.path = path
        self.size = kind == .file ? size : 0
        self.mode = mode & 0o777
        self.modified = modified
    }

    static let blockSize = 512
    /// Eleven octal digits.
    static let largestPlainSize = 0o77_777_777_777

    /// What stands at the end of an archive.
    public static var end: Data { Data(count: 2 * blockSize) }

    /// The zeros after the bytes of an entry.
    public var padding: Data { Data(count: Self.padding(after: size)) }

    static func padding(after size: Int) -> Int { (blockSize - size % blockSize) % blockSize }

    /// What stands before the bytes of an entry.
    public var header: Data {
        let name = kind == .folder ? path + "/" : path
        if let split = Self.split(name), size <= Self.largestPlainSize {
            return TarHeader(name: split.name, prefix: split.prefix, type: kind.type, size: size, self).block
        }
        let records = Self.record("path", name) + Self.record("size", "\(size)")
        // for programs that do not know extended headers
        let short = String(decoding: name.utf8.suffix(99).filter { $0 < 0x80 }, as: UTF8.self)
        let extended = TarHeader(name: "pax/header", prefix: "", type: .extended, size: records.count, self)
        let plain = TarHeader(name: short, prefix: "", type: kind.type, size: min(size, Self.largestPlainSize), self)
        return extended.block + records + Data(count: Self.padding(after: records.count)) + plain.block
    }

    /// A path cut at a `/` so that both parts fit into a header; nil when no cut does, or it is not ASCII.
    private static func split(_ path: String) -> (prefix: String, name: String)? {
        guard path.utf8.allSatisfy({ $0 < 0x80 }) else { return nil }
        if path.utf8.count <= TarHeader.nameSize { return ("", path) }
        let bytes = Array(path.utf8)
        let first = max(0, bytes.count - TarHeader.nameSize - 1)
        let cut = bytes.indices.first { $0 >= first && $0 <= TarHeader.prefixSize && bytes[$0] == UInt8(ascii: "/") && $0 > 0 }
        guard let cut, cut + 1 < bytes.count else { return nil }
        return (String(decoding: bytes[..<cut], as: UTF8.self), String(decoding: bytes[(cut + 1)...], as: UTF8.self))
    }

    /// `LENGTH KEY=VALUE\n`, where LENGTH counts the whole line, itself included.
    private static func record(_ key: String, _ value: String) -> Data {
        let rest = " \(key)=\(value)\n".utf8.count
        var length = rest
        while length != rest + "\(length)".count { length = rest + "\(length)".count }
        return Data("\(length) \(key)=\(value)\n".utf8)
    }
}

extension TarEntry.Kind {
    var type: TarHeader.EntryType { self == .file ? .file : .folder }
}
