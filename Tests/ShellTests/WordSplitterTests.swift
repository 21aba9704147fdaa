import Testing

@testable import Shell

@Suite("Words of a line are split as a POSIX shell would")
struct WordSplitterTests {
    @Test(
        "quotes, escapes and comments",
        arguments: [
            ("", []),
            ("  list   --json ", ["list", "--json"]),
            ("generate --prompt 'two words'", ["generate", "--prompt", "two words"]),
            (#"a "b \"c\" \d" e\ f"#, ["a", #"b "c" \d"#, "e f"]),
            ("show x # a remark", ["show", "x"]),
            ("a'b'\"c\"", ["abc"]),
            ("'' \"\"", ["", ""]),
            ("a#b", ["a#b"]),
        ])
    func words(line: String, expected: [String]) throws {
        #expect(try WordSplitter.words(in: line) == expected)
    }

    @Test(
        "what is quoted is read as the one word it was",
        arguments: ["plain-word@v1", "two words", "it's", "", "a\\b\"c", "#", "é"])
    func quoting(word: String) throws {
        #expect(try WordSplitter.words(in: "x \(WordSplitter.quoted(word)) y") == ["x", word, "y"])
    }

    @Test("an open quote is refused", arguments: ["say 'this", "say \"this"])
    func openQuote(line: String) {
        #expect(throws: UnclosedQuote.self) { try WordSplitter.words(in: line) }
    }
}
