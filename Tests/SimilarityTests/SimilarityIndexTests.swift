import Randomness
import Testing

@testable import Similarity

@Suite("Similar texts are found as comparing all pairs finds them")
struct SimilarityIndexTests {
    private static let words = [
        "invoice", "router", "password", "refund", "login", "printer", "vpn", "email", "charge", "reset", "überweisung", "straße",
    ]

    /// Short texts of few words, so that similarities of every size occur, many near the threshold.
    private func table(_ count: Int, seed: UInt64) -> GramTable {
        var generator = SplitMix64(seed: seed)
        let texts = (0..<count).map { _ in
            (0..<6 + Int(generator.next(below: 3))).map { _ in Self.words[Int(generator.next(below: 12))] }.joined(separator: " ")
        }
        return GramTable(TextStore(normalizing: texts + texts.map { $0.uppercased() + "!" }))
    }

    @Test func everyPairAndNoOther() {
        let table = table(220, seed: 5)
        var index = SimilarityIndex(table, capacity: table.count)
        var found = 0
        let sets = (0..<table.count).map { Set(table.grams(of: $0)) }
        for number in 0..<table.count {
            let expected = (0..<number).filter { other in
                let shared = Double(sets[number].intersection(sets[other]).count)
                return shared >= 0.8 * (Double(sets[number].count + sets[other].count) - shared)
            }
            let signature = GramSignature(table.grams(of: number))
            #expect(index.matches(number, signature) == expected)
            #expect((index.match(number, signature) != nil) == !expected.isEmpty)
            found += expected.count
            index.insert(number, signature)
        }
        #expect(found > 100, "a search that finds nothing proves nothing")
    }

    @Test func aSearchFromAnEntryOnSeesNoneBefore() {
        let table = GramTable(
            TextStore(normalizing: ["the printer is broken", "the printer is broken!", "the printer is broken?"]))
        var index = SimilarityIndex(table, capacity: 3)
        for number in 0..<3 { index.insert(number, GramSignature(table.grams(of: number))) }
        let signature = GramSignature(table.grams(of: 0))
        #expect(index.match(0, signature, since: 2) == 2)
        #expect(index.match(0, signature, since: 3) == nil)
        #expect(index.match(0, signature, where: { $0 == 1 }) == 1)
    }

    @Test func theInstructionThatAllRowsShareDoesNotMakeThemAlike() {
        let instruction = "Decide which of the five teams should handle the following customer ticket. Ticket: "
        let tickets = (0..<30).map { instruction + String(repeating: "\($0 * 7919) ", count: 4) }
        let table = GramTable(TextStore(normalizing: tickets))
        var index = SimilarityIndex(table, capacity: 30)
        for number in 0..<30 {
            let signature = GramSignature(table.grams(of: number))
            #expect(index.matches(number, signature).isEmpty)
            index.insert(number, signature)
        }
    }

    @Test func gramsAreRunsOfFiveBytesAndShortTextsAreOne() {
        let table = GramTable(TextStore(normalizing: ["Abc  DEF abc de", "yes", ""]))
        func gram(_ text: String) -> UInt64 { text.utf8.reduce(0) { $0 << 8 | UInt64($1) } }
        let expected = ["abc d", "bc de", "c def", " def ", "def a", "ef ab", "f abc", " abc "].map(gram)
        #expect(Set(table.grams(of: 0)) == Set(expected))
        #expect(table.grams(of: 1) == [gram("yes")])
        #expect(table.grams(of: 2) == [0])
    }

    @Test(arguments: [
        "", " ", "\t a\r\n B  c ", "Größe  MASSE", "İstanbul", "a\u{00A0}b\u{2003}c", "\u{1C}x", "DŽ ǅ", "a\u{301} É",
    ])
    func theShortWayToTheNormalFormAgreesWithTheLongOne(text: String) {
        var bytes: [UInt8] = [0x20]
        appendNormalized(text, to: &bytes)
        #expect(String(decoding: bytes.dropFirst(), as: UTF8.self) == normalized(text))
    }
}
