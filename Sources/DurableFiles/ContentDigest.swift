import Crypto
import Foundation

/// The SHA-256 of some bytes, written `sha256:<64 hex digits>`.
public struct ContentDigest: Sendable, Hashable, CustomStringConvertible {
    /// 64 lower-case hex digits.
    public let hex: String

    public var description: String { "sha256:\(hex)" }

    /// Nil unless the text is 64 hex digits, with or without the `sha256:` in front.
    public init?(_ text: String) {
        let digits = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
        guard digits.utf8.count == 64, digits.utf8.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }) else { return nil }
        hex = digits.lowercased()
    }

    public init(of bytes: some DataProtocol) {
        self.init(SHA256.hash(data: bytes))
    }

    /// Hashes a file in pieces of 4 MiB, so that its size does not matter.
    public init(ofFile file: URL) throws {
        var hash = Hash()
        try FileBytes.read(file) { piece in hash.update(piece) }
        self = hash.finish()
    }

    /// A digest that grows piece by piece.
    public struct Hash: Sendable {
        private var hash = SHA256()

        public init() {}
        public mutating func update(_ piece: UnsafeRawBufferPointer) { hash.update(bufferPointer: piece) }
        public func finish() -> ContentDigest { ContentDigest(hash.finalize()) }
    }

    /// The 32 bytes themselves.
    static func bytes(of data: Data) -> Data { Data(SHA256.hash(data: data)) }

    init(_ digest: SHA256.Digest) {
        hex = digest.map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }.joined()
    }
}
