/// FNV-1a: the same numbers and text give the same 64 bits on every machine and in every run.
public enum StableHash {
    public static func of(_ words: [UInt64], _ text: String) -> UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for word in words {
            for shift in stride(from: UInt64(0), to: 64, by: 8) { hash = mixed(hash, UInt8(truncatingIfNeeded: word >> shift)) }
        }
        return text.utf8.reduce(hash, mixed)
    }

    private static func mixed(_ hash: UInt64, _ byte: UInt8) -> UInt64 { (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
}
