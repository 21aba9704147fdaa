/// A set of grams in a form whose likeness to others shows without comparing them one by one.
///
/// MinHash (Broder 1997): the smallest value of a random function over a set is the same for two sets with the probability of their Jaccard
/// similarity J. 240 functions `h₁ + i · h₂`, h₁ and h₂ the halves of the mixed gram, are cut into 40 bands of 6: two sets share a whole
/// band with the probability 1 − (1 − J⁶)⁴⁰, which is 0.999995 at J = 0.8 and 0.0025 at J = 0.2.
public struct GramSignature: Sendable {
    static let bands = 40
    static let rows = 6
    /// Of the 240 bits of two sketches (1 + J) / 2 agree on average: at J = 0.8 fewer than this with a probability below 10⁻⁶, at J = 0.4
    /// as many in one case of 500.
    static let leastBits = 188

    /// A key for each band.
    let bandKeys: [UInt32]
    /// One bit of each value (Li and König 2010).
    let sketch: SIMD4<UInt64>
    let isEmpty: Bool

    private static let block = 16
    private static let blocks = bands * rows / block

    /// - Parameter grams: in any order, repeats among them.
    public init(_ grams: [UInt64]) {
        var minima = [SIMD16<Int32>](repeating: SIMD16(repeating: .max), count: Self.blocks)
        let lanes = SIMD16<Int32>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)
        for gram in grams {
            let hash = gram.mixed
            let step = Int32(truncatingIfNeeded: hash >> 32) | 1
            let stride = SIMD16<Int32>(repeating: step &* 16)
            var values = SIMD16<Int32>(repeating: Int32(truncatingIfNeeded: hash)) &+ lanes &* SIMD16(repeating: step)
            for place in 0..<Self.blocks {
                minima[place] = minima[place].replacing(with: values, where: values .< minima[place])
                values &+= stride
            }
        }
        isEmpty = grams.isEmpty
        bandKeys = Self.bandKeys(minima)
        sketch = Self.sketch(minima)
    }

    private init(bandKeys: [UInt32], sketch: SIMD4<UInt64>, isEmpty: Bool) {
        (self.bandKeys, self.sketch, self.isEmpty) = (bandKeys, sketch, isEmpty)
    }

    /// The same set among those of one salt: only they share its bands.
    public func salted(_ salt: TextKey) -> GramSignature {
        let keys = bandKeys.map { UInt32(truncatingIfNeeded: (UInt64($0) ^ salt.low).mixed) }
        return GramSignature(bandKeys: keys, sketch: sketch, isEmpty: isEmpty)
    }

    private static func bandKeys(_ minima: [SIMD16<Int32>]) -> [UInt32] {
        (0..<bands).map { band in
            var key = UInt64(band)
            for row in band * rows..<(band + 1) * rows {
                let value = UInt64(UInt32(bitPattern: minima[row / block][row % block]))
                key = ((key << 32 | key >> 32) ^ value).mixed
            }
            return UInt32(truncatingIfNeeded: key)
        }
    }

    /// The twelfth bit from below: the minimum of a set leans to small values in its highest bits only.
    private static func sketch(_ minima: [SIMD16<Int32>]) -> SIMD4<UInt64> {
        var sketch = SIMD4<UInt64>()
        for place in 0..<bands * rows {
            let bit = UInt64(truncatingIfNeeded: minima[place / block][place % block] >> 12) & 1
            sketch[place / 64] |= bit << UInt64(place % 64)
        }
        return sketch
    }

    /// Whether two sketches agree often enough for a closer look.
    static func mayBeSimilar(_ first: SIMD4<UInt64>, _ second: SIMD4<UInt64>) -> Bool {
        let other = first ^ second
        let differing =
            other[0].nonzeroBitCount + other[1].nonzeroBitCount + other[2].nonzeroBitCount + other[3].nonzeroBitCount
        return differing <= bands * rows - leastBits
    }
}
