import Crypto
import DurableFiles
import Foundation

/// The SHA-256 of some bytes, written `sha256:<64 hex digits>`.
public struct ContentDigest: Sendable, Hashable, CustomStringConvertible {
    /// 64 lower-case hex digits.
    public let hex: String

    public var description: String { "sha256:\(hex)" }

    /// Nil unless the text is 64 hex digits, with or without the `sha256:` in front.
    public init?(_ text: String) {
        let digits = text.hasPrefix("sha256:") ? String(text.dropFirst(7)) : text
        guard digits.utf8.count == 64, digits.utf8.allSatisfy(HexDigits.contain) else { return nil }
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
    public static func bytes(of data: Data) -> Data { Data(SHA256.hash(data: data)) }

    init(_ digest: SHA256.Digest) {
        hex = HexDigits.text(of: digest)
    }
}

/// Digests and ids are read and written by the ten thousand.
public enum HexDigits {
    private static let digits = Array("0123456789abcdef".utf8)

    /// Whether a byte of a text is a digit, in upper or lower case.
    public static func contain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "f"), UInt8(ascii: "A")...UInt8(ascii: "F"):
            true
        default: false
        }
    }

    /// Two lower-case digits for each byte.
    public static func text(of bytes: some Sequence<UInt8>) -> String {
        var text: [UInt8] = []
        for byte in bytes {
            text.append(digits[Int(byte >> 4)])
            text.append(digits[Int(byte & 15)])
        }
        return String(decoding: text, as: UTF8.self)
    }
}
