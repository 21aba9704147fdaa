import Randomness
import Testing

@testable import Similarity

@Suite("Groups hold what is tied through others")
struct SimilarGroupsTests {
    @Test func groupsAreThoseOfAllPairs() {
        var generator = SplitMix64(seed: 8)
        let words = ["red", "green", "violet"]
        let texts = (0..<300).map { _ in (0..<7).map { _ in words[Int(generator.next(below: 3))] }.joined(separator: " ") }
        // each copy changes one more letter, so that first and last are tied through those between
        let chain = (0...12).map { turned in (0..<40).map { $0 < turned ? "\($0 + 500)" : "\($0 + 100)" }.joined(separator: " ") }
        let table = GramTable(TextStore(normalizing: texts + chain + texts.prefix(20)))
        var groups = SimilarGroups(count: table.count)
        groups.tieSimilar(table)
        var expected = Array(0..<table.count)
        for number in 0..<table.count {
            for other in 0..<number
            where table.texts[number] == table.texts[other] || jaccard(table.grams(of: number), table.grams(of: other)) >= 0.8 {
                let (low, high) = (min(expected[number], expected[other]), max(expected[number], expected[other]))
                for place in expected.indices where expected[place] == high { expected[place] = low }
            }
        }
        #expect((0..<table.count).map { groups.root($0) } == expected)
        #expect(groups.root(312) == 300, "the chain is one group")
        #expect(Set(expected).count < 300)
    }
}
