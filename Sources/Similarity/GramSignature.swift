/// A set of grams in a form whose likeness to others shows without comparing them one by one.
///
/// MinHash (Broder 1997): the smallest value of a random function over a set is the same for two sets with the probability of their Jaccard
/// similarity J. 240 functions `h₁ + i · h₂`, h₁ and h₂ the halves of the mixed gram, are cut into 40 bands of 6: two sets share a whole
/// band with the probability 1 − (1 − J⁶)⁴⁰, which is 0.999995 at J = 0.8 and 0.0025 at J = 0.2.
public struct GramSignature: Sendable {
    static let bands = 40
    static let rows = 6
    /// Of the 64 lanes that the sketch keeps, sets with J = 0.8 share fewer than this with a probability of 10⁻⁶.
    static let leastLanes: UInt8 = 32

    /// A key for each band.
    let bandKeys: [UInt32]
    /// The lowest byte of the first 64 values.
    let sketch: SIMD64<UInt8>
    let gramCount: Int

    private static let block = 16
    private static let blocks = bands * rows / block

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
        gramCount = grams.count
        bandKeys = Self.bandKeys(minima)
        sketch = Self.sketch(minima)
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

    private static func sketch(_ minima: [SIMD16<Int32>]) -> SIMD64<UInt8> {
        var sketch = SIMD64<UInt8>()
        for lane in 0..<64 { sketch[lane] = UInt8(truncatingIfNeeded: minima[lane / block][lane % block]) }
        return sketch
    }

    /// Whether two sketches agree often enough for a closer look.
    static func mayBeSimilar(_ first: SIMD64<UInt8>, _ second: SIMD64<UInt8>) -> Bool {
        let same = SIMD64<UInt8>(repeating: 0).replacing(with: 1, where: first .== second)
        return same.wrappedSum() >= leastLanes
    }
}
