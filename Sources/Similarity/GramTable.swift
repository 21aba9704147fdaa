/// The set of 5-grams of each text: all runs of five UTF-8 bytes of its normal form.
///
/// In 20 texts or more, grams that stand in over half of them are left out: they are the instruction that all rows share, and would make
/// any two short rows look alike.
public struct GramTable: Sendable {
    public let texts: TextStore
    /// Grams that are left out.
    private let common: Set<UInt64>
    /// Spares most grams the search in the set.
    private let mayBeCommon: [Bool]
    private static let slots = 1 << 14

    static let leastTextsWithCommonGrams = 20

    public init(_ texts: TextStore) {
        self.texts = texts
        common = texts.count >= Self.leastTextsWithCommonGrams ? Self.commonGrams(texts, limit: texts.count / 2) : []
        var slots = [Bool](repeating: false, count: Self.slots)
        for gram in common { slots[Self.slot(gram)] = true }
        mayBeCommon = slots
    }

    public var count: Int { texts.count }

    /// Ascending, each once.
    public func grams(of index: Int) -> [UInt64] {
        var grams = occurrences(of: index)
        guard grams.count > 1 else { return grams }
        grams.sort()
        var kept = 1
        for place in 1..<grams.count where grams[place] != grams[kept - 1] {
            grams[kept] = grams[place]
            kept += 1
        }
        grams.removeLast(grams.count - kept)
        return grams
    }

    /// The same grams in the order of the text, as often as they stand there.
    public func occurrences(of index: Int) -> [UInt64] {
        Self.occurrences(texts[index]) { common.isEmpty || !mayBeCommon[Self.slot($0)] || !common.contains($0) }
    }

    /// A text of fewer than five bytes is one gram.
    private static func occurrences(_ text: ArraySlice<UInt8>, where holds: (UInt64) -> Bool) -> [UInt64] {
        var grams: [UInt64] = []
        grams.reserveCapacity(max(1, text.count - 4))
        var window: UInt64 = 0
        var length = 0
        for byte in text {
            window = (window << 8 | UInt64(byte)) & 0xFF_FFFF_FFFF
            length += 1
            if length >= 5, holds(window) { grams.append(window) }
        }
        if length < 5, holds(window) { grams.append(window) }
        return grams
    }

    // MARK: Common grams

    private static let counters = 1 << 20

    /// Counted twice: first in counters that grams share, repeats included, which gives few suspects; then the suspects one by one.
    private static func commonGrams(_ texts: TextStore, limit: Int) -> Set<UInt64> {
        var shared = [UInt32](repeating: 0, count: counters)
        let parts = Shares.map(texts.count) { range -> [UInt32] in
            var counts = [UInt32](repeating: 0, count: counters)
            for index in range { for gram in occurrences(texts[index], where: { _ in true }) { counts[counter(gram)] &+= 1 } }
            return counts
        }
        for part in parts { for place in shared.indices { shared[place] &+= part[place] } }
        guard shared.contains(where: { $0 > limit }) else { return [] }
        return suspects(texts, limit: limit, shared)
    }

    private static func suspects(_ texts: TextStore, limit: Int, _ shared: [UInt32]) -> Set<UInt64> {
        let parts = Shares.map(texts.count) { range -> [UInt64: Int] in
            var counts: [UInt64: Int] = [:]
            for index in range {
                for gram in Set(occurrences(texts[index]) { shared[counter($0)] > limit }) { counts[gram, default: 0] += 1 }
            }
            return counts
        }
        var counts: [UInt64: Int] = [:]
        for part in parts { counts.merge(part, uniquingKeysWith: +) }
        return Set(counts.filter { $0.value > limit }.keys)
    }

    private static func counter(_ gram: UInt64) -> Int { Int(truncatingIfNeeded: gram.mixed) & (counters - 1) }
    private static func slot(_ gram: UInt64) -> Int { Int(truncatingIfNeeded: gram.mixed) & (slots - 1) }
}

/// `|x ∩ y| / |x ∪ y|` of two ascending lists; 0 for two empty ones.
func jaccard(_ first: [UInt64], _ second: [UInt64]) -> Double {
    var (i, j, shared) = (0, 0, 0)
    while i < first.count, j < second.count {
        let (a, b) = (first[i], second[j])
        if a == b { shared += 1 }
        if a <= b { i += 1 }
        if b <= a { j += 1 }
    }
    let union = first.count + second.count - shared
    return union == 0 ? 0 : Double(shared) / Double(union)
}
