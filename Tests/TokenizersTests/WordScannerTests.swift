import Testing

@testable import Tokenizers

/// The hand-written scanners against the regular expressions they stand for, matched by the general engine.
@Suite struct WordScannerTests {
    static let patterns = [
        WordScanner.gpt2Pattern, WordScanner.llama3Pattern(digits: #"\p{N}{1,3}"#), WordScanner.llama3Pattern(digits: #"\p{N}"#),
    ]

    private static let fragments = [
        " ", "  ", "\t", "\n", "\r\n", "\u{A0}", "\u{3000}", "a", "Zq", "é", "e\u{301}", "中", "文", "ß", "1", "23", "4567", "²",
        "Ⅳ", "٣",
        "'", "'s", "'S", "'re", "'LL", "'ve", "'ſ", "'", "!", "?!", "-", "_", "€", "👍🏽", "\u{200D}", "\u{0}", "\u{85}", "▁", "़",
        "䷀",
    ]

    @Test(arguments: patterns) func aScannerFindsTheWordsOfItsExpression(_ pattern: String) throws {
        let scanner = try #require(WordScanner(pattern: pattern))
        let expression = try OnigurumaExpression(pattern)
        var generator = SplitMix(state: 11)
        for _ in 0..<400 {
            let count = Int(generator.next() % 12)
            let text = (0..<count).map { _ in Self.fragments[Int(generator.next() % UInt64(Self.fragments.count))] }.joined()
            let bytes = Array(text.utf8)[...]
            #expect(scanner.words(in: bytes) == expression.matches(in: bytes), "\(text.debugDescription)")
        }
    }

    @Test func otherPatternsAreLeftToTheEngine() {
        #expect(WordScanner(pattern: WordScanner.gpt2Pattern + "|x") == nil)
        #expect(WordScanner(pattern: #"\p{N}"#) == nil)
    }

    /// The sentence and its splits were found with tokenizers 0.23.3.
    @Test func theFamiliesSplitAsRecorded() throws {
        let text = Array("Hello   world's 12345\n\n  x=1;\t don'T été".utf8)[...]
        let splits = [
            "Hello|  | world|'s| 12345|\n\n | x|=|1|;|\t| don|'|T| été",
            "Hello|  | world|'s| |123|45|\n\n| | x|=|1|;|\t| don|'T| été",
            "Hello|  | world|'s| |1|2|3|4|5|\n\n| | x|=|1|;|\t| don|'T| été",
        ]
        for (pattern, split) in zip(Self.patterns, splits) {
            let words = try #require(WordScanner(pattern: pattern)).words(in: text)
            #expect(words.map { String(decoding: text[$0], as: UTF8.self) }.joined(separator: "|") == split)
        }
    }
}
