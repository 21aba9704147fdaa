import Testing

@testable import Shell

@Suite("Lines that go on")
struct ShellLineTests {
    private func lines(_ typed: [String]) -> [String] {
        var rest = typed[...]
        var lines: [String] = []
        while let line = ShellLine.next({ beginning in rest.popFirst().map { beginning + $0 } }) { lines.append(line) }
        return lines
    }

    @Test(
        "a backslash at the end takes the end of the line away, where a POSIX shell would",
        arguments: [
            (["list \\", "--json"], ["list --json"]), (["list \\", " \\", "--csv", "list"], ["list  --csv", "list"]),
            (["tokenize --text a\\\\", "list"], ["tokenize --text a\\\\", "list"]),
            (["# rows are in C:\\data\\", "promote x"], ["# rows are in C:\\data\\", "promote x"]),
            (["tokenize --text 'a\\", "list"], ["tokenize --text 'a\\", "list"]), (["list \\"], ["list \\"]), ([], []),
        ])
    func goesOn(typed: [String], lines expected: [String]) { #expect(lines(typed) == expected) }
}
