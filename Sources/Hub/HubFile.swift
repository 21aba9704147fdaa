import Crypto
import Digests
import DurableFiles
import Foundation

/// A file of a repository at one commit.
public struct HubFile: Sendable, Hashable {
    /// By what its content is known.
    public enum Digest: Sendable, Hashable {
        /// Git's own name of a small file: SHA-1 over `blob SIZE\0` and the content.
        case gitBlob(String)
        /// Of a large file that git only points to.
        case sha256(String)

        /// In hex, also the name of the file among the blobs of the cache.
        public var hex: String {
            switch self {
            case .gitBlob(let hex), .sha256(let hex): hex
            }
        }
    }

    /// Relative to the repository, parts parted by `/`; checked to lead nowhere else.
    public let path: String
    /// In bytes.
    public let size: Int
    public let digest: Digest

    /// - Throws: `HubError.hostileName`.
    public init(path: String, size: Int, digest: Digest) throws(HubError) {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        let isSafe = parts.allSatisfy { part in
            !part.isEmpty && part != "." && part != ".." && part.utf8.count <= 255
                && part.unicodeScalars.allSatisfy { $0 != "\\" && $0.properties.generalCategory != .control }
        }
        guard isSafe, path.utf8.count <= 1024 else { throw HubError.hostileName(path) }
        (self.path, self.size, self.digest) = (path, size, digest)
    }

    /// How many folders lie above it.
    var depth: Int { path.split(separator: "/").count - 1 }
}

extension HubFile.Digest {
    /// Grows piece by piece.
    struct Hash {
        private var sha1: Insecure.SHA1?
        private var sha256 = SHA256()

        init(_ digest: HubFile.Digest, size: Int) {
            guard case .gitBlob = digest else { return }
            var hash = Insecure.SHA1()
            hash.update(data: Data("blob \(size)\0".utf8))
            sha1 = hash
        }

        mutating func update(_ piece: UnsafeRawBufferPointer) {
            if sha1 == nil { sha256.update(bufferPointer: piece) } else { sha1?.update(bufferPointer: piece) }
        }

        var hex: String { HexDigits.text(of: sha1.map { Array($0.finalize()) } ?? Array(sha256.finalize())) }
    }

    /// Whether bytes are those of the digest.
    public func matches(_ content: Data) -> Bool {
        var hash = Hash(self, size: content.count)
        content.withUnsafeBytes { hash.update($0) }
        return hash.hex == hex
    }

    /// Whether a file holds the bytes of the digest.
    public func matches(file: URL, size: Int) throws -> Bool {
        var hash = Hash(self, size: size)
        try FileBytes.read(file) { hash.update($0) }
        return hash.hex == hex
    }
}
