import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Training

@Suite struct RowColumnsTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func values(of columns: [String], in text: String) throws -> [(name: String, values: [String])] {
        try RowColumns.values(of: columns, in: Data(text.utf8), of: "rows.jsonl")
    }

    private func file(_ text: String) throws -> DataFile {
        let file = folder.url.appending(path: "rows.jsonl")
        try Data(text.utf8).write(to: file)
        return try DataFile(contentsOf: file)
    }

    @Test func columnsAreReadBesideTheRows() throws {
        let rows =
            """
            \u{FEFF}{"prompt": "a", "completion": "b", "language": "de", "meta": {"year": 2024}}

            {"prompt": "a", "completion": "b", "meta": {"year": 2025.5}}\r
            {"prompt": "a", "completion": "b", "language": "en", "meta.year": true}
            """
        let columns = try values(of: ["language", "meta.year"], in: rows)
        #expect(columns.map(\.name) == ["language", "meta.year"])
        #expect(columns.map(\.values) == [["de", "(none)", "en"], ["2024", "2025.5", "true"]])
        #expect(try values(of: [], in: rows).isEmpty)
    }

    @Test func aColumnThatNoRowHasIsNamedWithItsNearest() throws {
        let rows = #"{"prompt": "a", "completion": "b", "language": "de"}"#
        let error = #expect(throws: DataError.self) { try values(of: ["langage"], in: rows) }
        #expect(error?.reason == .noColumn("langage", nearest: "language"))
    }

    @Test func aColumnOfNamesMakesNoSlices() throws {
        let rows = (0...100).map { "{\"prompt\": \"a\", \"completion\": \"b\", \"id\": \($0)}" }.joined(separator: "\n")
        let error = #expect(throws: DataError.self) { try values(of: ["id"], in: rows) }
        #expect(error?.reason == .manySlices("id", values: 101, limit: 100))
    }

    @Test func aPromptTakesThePlaceOfTheSystemMessage() throws {
        let rows = try file(
            """
            {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
            {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}
            {"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}]}
            {"prompt": "q", "completion": " a"}
            """
        ).prompted(by: "Do it well.").rows
        let messages: [JSONValue] = [
            ["role": "system", "content": "Do it well."], ["role": "user", "content": "q"],
            ["role": "assistant", "content": "a"],
        ]
        #expect(rows[0].content == .conversation(Dialogue(messages: messages)))
        #expect(rows[1].content == rows[0].content)
        #expect(rows[2].content == .continuation(Dialogue(messages: messages), promptCount: 2))
        #expect(rows[3].content == .completion(prompt: "Do it well.\n\nq", answer: " a"))
    }
}
