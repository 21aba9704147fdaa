import Testing

@testable import Tokenizers

/// The merge loop against its definition: while any neighbours have a merge, apply the lowest-ranked, leftmost one.
@Suite struct MergingTests {
    /// Every pair of ids below 6 may merge into a new id; ranks are scattered by the seed.
    private func table(seed: UInt64) -> (MergeTable, [[Int32]: MergeTable.Merge]) {
        var generator = SplitMix(state: seed)
        var table = MergeTable(capacity: 200)
        var merges: [[Int32]: MergeTable.Merge] = [:]
        for rank in Int32(0)..<120 {
            let pair = [Int32(generator.next() % 12), Int32(generator.next() % 12)]
            let merge = MergeTable.Merge(rank: rank, id: 4 + rank % 20)
            merges[pair] = merge
            table.add(pair[0], pair[1], rank: rank, id: merge.id)
        }
        return (table, merges)
    }

    private func naive(_ symbols: [Int32], _ merges: [[Int32]: MergeTable.Merge]) -> [ModelToken] {
        var word = symbols.enumerated().map { ModelToken(id: $0.element, range: $0.offset..<$0.offset + 1) }
        while true {
            let candidates = word.indices.dropLast().compactMap { left in
                merges[[word[left].id, word[left + 1].id]].map { (merge: $0, left: left) }
            }
            guard let best = candidates.min(by: { ($0.merge.rank, $0.left) < ($1.merge.rank, $1.left) }) else { return word }
            let range = word[best.left].range.lowerBound..<word[best.left + 1].range.upperBound
            word.replaceSubrange(best.left...best.left + 1, with: [ModelToken(id: best.merge.id, range: range)])
        }
    }

    @Test(arguments: [0, 1, 2, 7, 24, 25, 26, 60, 300]) func wordsOfAnyLengthMergeByDefinition(_ length: Int) {
        for seed in UInt64(1)...20 {
            let (table, merges) = table(seed: seed)
            var generator = SplitMix(state: seed &* 977)
            let symbols = (0..<length).map { _ in Int32(generator.next() % 4) }
            var word = MergingWord()
            for symbol in symbols { word.append(symbol, length: 1) }
            word.merge(by: table)
            #expect(word.tokens == naive(symbols, merges), "seed \(seed)")
        }
    }
}

/// Small, seeded and the same everywhere.
struct SplitMix {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }
}
