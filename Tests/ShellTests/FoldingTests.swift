import Testing

@testable import Shell

@Suite("Words on narrow terminals")
struct FoldingTests {
    @Test("lines are cut between words, indented by four more than the first")
    func words() {
        #expect(
            Folding.lines("  greeter  due: No version has been released.", within: 24)
                == ["  greeter  due: No", "      version has been", "      released."])
        #expect(Folding.lines("as wide as the terminal.", within: 24) == ["as wide as the terminal."])
    }

    @Test("no word is lost, and none is cut, whatever the width", arguments: 20...90)
    func whole(width: Int) {
        let line = "    upkeep 17.78 USD a month, a-very-long-name-that-fits-into-no-line, `lora a b c d e f g` and further on"
        let lines = Folding.lines(line, within: width)
        func bare(_ text: String) -> [Substring] { text.split(separator: " ") }
        #expect(lines.flatMap(bare) == bare(line))
        #expect(lines.contains { $0.contains("`lora a b c d e f g`") }, "a command can be copied")
        for line in lines where line.count > width {
            #expect(line.hasPrefix("    ") && (line.contains("a-very-long") || line.contains("`lora")))
        }
    }

    @Test("a table's widest columns give way, and no character is lost", arguments: [16, 24, 40, 60, 200])
    func tables(width: Int) {
        let rows = [
            ["ticket-router", "tiny", "Name the queue that should take a ticket", "5 %"], ["a", "–", "Answer", "12.5 %"],
        ]
        let table = Table(["ADAPTER", "BASE", "TASK", "ERROR"], rows, alignsRight: [3])
        let text = table.text(within: width)
        func bare(_ text: String) -> [Character] { text.filter { !$0.isWhitespace }.sorted() }
        #expect(bare(text) == bare(table.text))
        if width >= 24 { #expect(text.split(separator: "\n").allSatisfy { $0.count <= width }, "\(text)") }
        if width == 200 { #expect(text == table.text) }
    }
}
