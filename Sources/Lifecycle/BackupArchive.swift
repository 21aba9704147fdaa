import Archives
import Digests
import DurableFiles
import Foundation

/// Writes the entries of a backup and keeps the digest of each, which the last entry lists.
struct BackupArchive {
    static let sums = "SHA256SUMS"

    private let madeAt: Int
    private var digests: [(path: String, digest: ContentDigest)] = []

    init(madeAt: Int) { self.madeAt = madeAt }

    func add(folder path: String, _ append: (Data) throws -> Void) throws {
        try append(TarEntry(.folder, path: path, mode: Self.mode(of: path, 0o755), modified: madeAt).header)
    }

    mutating func add(_ data: Data, as path: String, _ append: (Data) throws -> Void) throws {
        let entry = TarEntry(.file, path: path, size: data.count, mode: 0o600, modified: madeAt)
        for piece in [entry.header, data, entry.padding] { try append(piece) }
        digests.append((path, ContentDigest(of: data)))
    }

    /// - Throws: `BackupError.changed` when the file is gone, or not what it was a moment ago.
    mutating func add(_ file: BackupPlan.File, _ append: (Data) throws -> Void) throws {
        var source = try Self.open(file.place)
        let entry = TarEntry(
            .file, path: file.path, size: source.size, mode: Self.mode(of: file.path, Int(source.permissions)), modified: madeAt)
        try append(entry.header)
        var (hash, rest) = (ContentDigest.Hash(), source.size)
        while rest > 0 {
            let piece = try source.read(upTo: min(rest, 1 << 20))
            guard !piece.isEmpty else { throw BackupError.changed(path: file.place.path) }
            piece.withUnsafeBytes { hash.update($0) }
            try append(piece)
            rest -= piece.count
        }
        try append(entry.padding)
        let digest = hash.finish()
        guard try source.isUnchanged, file.known.map({ $0 == (source.size, digest) }) ?? true else {
            throw BackupError.changed(path: file.place.path)
        }
        digests.append((file.path, digest))
    }

    private static func open(_ file: URL) throws -> OpenFile {
        do throws(FileError) {
            return try OpenFile(file)
        } catch {
            // a version was pruned since, or a file edited by one that removes it first
            throw error.code == ENOENT ? BackupError.changed(path: file.path) : error
        }
    }

    mutating func finish(_ append: (Data) throws -> Void) throws {
        let lines = digests.map { "\($0.digest.hex)  \($0.path)\n" }
        try add(Data(lines.joined().utf8), as: Self.sums, append)
        try append(TarEntry.end)
    }

    /// What lies below `.state` is its owner's alone.
    private static func mode(of path: String, _ mode: Int) -> Int {
        path.contains("/.state/") || path.hasSuffix("/.state") ? mode & 0o700 : mode
    }
}
