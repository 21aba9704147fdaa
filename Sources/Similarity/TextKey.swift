/// 128 bits that stand for a text: two texts with the same key are taken for the same bytes.
///
/// Among a million texts chance makes two keys equal with a probability of 10⁻²⁷. The key is no proof against somebody who looks for such a
/// pair; all he gains is that his own row is counted as a duplicate.
public struct TextKey: Sendable, Hashable {
    public let high: UInt64
    public let low: UInt64

    public init(_ bytes: ArraySlice<UInt8>) { self.init(digesting: bytes) }

    public init(_ text: String) {
        var text = text
        self = text.withUTF8 { TextKey(digesting: $0) }
    }

    private init(digesting bytes: some Collection<UInt8>) {
        var mixer = Mixer()
        var word: UInt64 = 0
        var filled = 0
        for byte in bytes {
            word = word << 8 | UInt64(byte)
            filled += 1
            if filled == 8 {
                mixer.add(word)
                (word, filled) = (0, 0)
            }
        }
        mixer.add(word)
        mixer.add(UInt64(bytes.count))
        (high, low) = (mixer.first.mixed, mixer.second.mixed)
    }

    /// The key of two texts, one after the other.
    public init(_ first: TextKey, _ second: TextKey) {
        var mixer = Mixer()
        for word in [first.high, first.low, second.high, second.low] { mixer.add(word) }
        (high, low) = (mixer.first.mixed, mixer.second.mixed)
    }

    private struct Mixer {
        var first: UInt64 = 0x243F_6A88_85A3_08D3
        var second: UInt64 = 0x1319_8A2E_0370_7344

        mutating func add(_ word: UInt64) {
            first = (first ^ word).mixed
            second = (second &+ word).mixed &* 0x9E37_79B9_7F4A_7C15
        }
    }
}

extension UInt64 {
    /// The finalizer of SplitMix64: every bit of the word moves every other.
    var mixed: UInt64 {
        var z = self
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
