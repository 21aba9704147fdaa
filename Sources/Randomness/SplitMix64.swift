/// A small random generator whose sequence is the same on every machine and fixed for all time: a counter run through a mixing
/// function.
///
/// Source: G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
public struct SplitMix64: RandomNumberGenerator, Sendable, Hashable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    /// A generator for one use of a seed: streams of the same seed do not overlap in practice.
    public init(seed: UInt64, stream: UInt64) {
        state = Self.mix(Self.mix(seed &+ Self.increment) &+ stream)
    }

    public mutating func next() -> UInt64 {
        state &+= Self.increment
        return Self.mix(state)
    }

    /// A number below `bound`, each equally likely: the high half of a 128-bit product, redrawn where it would favour some (Lemire
    /// 2019).
    public mutating func next(below bound: UInt64) -> UInt64 {
        precondition(bound > 0, "no number lies below 0")
        let rest = (0 &- bound) % bound
        while true {
            let (high, low) = next().multipliedFullWidth(by: bound)
            if low >= rest { return high }
        }
    }

    /// Uniform in [0, 1), 53 bits.
    public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

    private static let increment: UInt64 = 0x9E37_79B9_7F4A_7C15

    private static func mix(_ value: UInt64) -> UInt64 {
        var z = value
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
