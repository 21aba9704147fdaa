import Foundation

/// Text that is equal only to text of the same UTF-8 bytes.
///
/// `String` compares by canonical equivalence ("é" composed equals "é" decomposed) and pays for it in every hash;
/// tokens, keys and digests mean exact bytes.
public struct ByteText: Sendable, Hashable {
    public let string: String

    public init(_ string: String) { self.string = string }

    public static func == (first: ByteText, second: ByteText) -> Bool {
        let (first, second) = (first.string.utf8, second.string.utf8)
        guard first.count == second.count else { return false }
        let isSame: Bool?? = first.withContiguousStorageIfAvailable { first in
            second.withContiguousStorageIfAvailable { second in
                guard let first = first.baseAddress, let other = second.baseAddress else { return true }
                return memcmp(first, other, second.count) == 0
            }
        }
        return (isSame ?? nil) ?? first.elementsEqual(second)
    }

    public func hash(into hasher: inout Hasher) {
        let isHashed: Void? = string.utf8.withContiguousStorageIfAvailable {
            hasher.combine(bytes: UnsafeRawBufferPointer($0))
        }
        if isHashed == nil { for byte in string.utf8 { hasher.combine(byte) } }
    }
}
