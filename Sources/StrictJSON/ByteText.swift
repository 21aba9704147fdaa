/// Text that is equal only to text of the same UTF-8 bytes.
///
/// `String` compares by canonical equivalence ("é" composed equals "é" decomposed) and pays for it in every hash;
/// tokens, keys and digests mean exact bytes.
public struct ByteText: Sendable, Hashable {
    public let string: String

    public init(_ string: String) { self.string = string }

    public static func == (first: ByteText, second: ByteText) -> Bool {
        first.string.utf8.elementsEqual(second.string.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        let isHashed: Void? = string.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isHashed == nil { for byte in string.utf8 { hasher.combine(byte) } }
    }
}
