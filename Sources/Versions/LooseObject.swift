import CGit2
import Crypto
import Digests
import DurableFiles
import Foundation

/// The file of one object of git, compressed, under the SHA-1 of its content.
///
/// libgit2 1.5 trusts the size that such a file begins with: one that was damaged makes it write beyond its memory or read for ever. So
/// what lies in a file of its own is looked at here before libgit2 may read it.
struct LooseObject {
    private static let pieceSize = 1 << 16

    let file: URL
    /// Its name, 40 hex digits.
    let id: String

    init(_ id: String, in repository: URL) {
        self.id = id
        file = repository.appending(path: Self.path(of: id))
    }

    static func path(of id: String) -> String { "objects/\(id.prefix(2))/\(id.dropFirst(2))" }

    /// What is wrong with the file, to its last bit; nil when nothing is, or when there is no such file.
    func problem() -> String? {
        guard let bytes = FileManager.default.contents(atPath: file.path) else { return nil }
        guard let digest = Self.digest(inflating: bytes) else { return "it cannot be decompressed" }
        return digest == id ? nil : "its content has the digest \(digest)"
    }

    /// Nil unless the bytes are one compressed stream and nothing else.
    private static func digest(inflating bytes: Data) -> String? {
        var (stream, hash) = (z_stream(), Insecure.SHA1())
        guard cgit2_begin_inflating(&stream) == Z_OK else { return nil }
        defer { inflateEnd(&stream) }
        var piece = [UInt8](repeating: 0, count: pieceSize)
        let isWhole = bytes.withUnsafeBytes { bytes in
            stream.next_in = UnsafeMutablePointer(mutating: bytes.bindMemory(to: UInt8.self).baseAddress)
            stream.avail_in = UInt32(bytes.count)
            while true {
                let code = piece.withUnsafeMutableBufferPointer { out in
                    stream.next_out = out.baseAddress
                    stream.avail_out = UInt32(out.count)
                    return inflate(&stream, Z_NO_FLUSH)
                }
                guard code == Z_OK || code == Z_STREAM_END else { return false }
                hash.update(data: piece[..<(pieceSize - Int(stream.avail_out))])
                if code == Z_STREAM_END { return stream.avail_in == 0 }
            }
        }
        return isWhole ? HexDigits.text(of: hash.finalize()) : nil
    }
}

extension GitRepository {
    /// - Throws: a failure with `GIT_EMISMATCH` when the object lies in a file that libgit2 must not read.
    func requireSound(_ id: git_oid) throws(GitFailure) {
        let folder = URL(filePath: String(cString: git_repository_path(handle.pointer)))
        guard let problem = LooseObject(GitLibrary.hex(id), in: folder).problem() else { return }
        throw GitFailure(
            operation: "read the object \(GitLibrary.hex(id))", code: GIT_EMISMATCH.rawValue, message: "\(problem), a mismatch")
    }
}
