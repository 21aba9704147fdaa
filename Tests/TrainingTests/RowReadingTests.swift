import Foundation
import StrictJSON
import Testing

@testable import Training

@Suite struct RowReadingTests {
    private func rows(_ text: String) throws -> [DataRow] { try DataFile(path: "rows.jsonl", text: Data(text.utf8)).rows }

    private func content(_ line: String) throws -> RowContent { try #require(try rows(line).first).content }

    private func message(_ role: String, _ content: String) -> JSONValue { ["role": .string(role), "content": .string(content)] }

    @Test func eachFormIsReadByItsKeys() throws {
        #expect(try content(#"{"text": "a"}"#) == .text("a"))
        #expect(try content(#"{"prompt": "a", "completion": " b", "id": 4}"#) == .completion(prompt: "a", answer: " b"))
        #expect(
            try content(#"{"messages": [{"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}]}"#)
                == .conversation(Dialogue(messages: [message("user", "a"), message("assistant", "b")])))
        #expect(
            try content(#"{"prompt": [{"role": "user", "content": "a"}], "completion": [{"role": "assistant", "content": "b"}]}"#)
                == .continuation(Dialogue(messages: [message("user", "a"), message("assistant", "b")]), promptCount: 1))
    }

    @Test func shareGPTRolesAreTranslated() throws {
        let line = """
            {"system": "s", "conversations": [{"from": "human", "value": "a"}, {"from": "gpt", "value": "b"}, \
            {"from": "function", "value": "c"}]}
            """
        let messages = [message("system", "s"), message("user", "a"), message("assistant", "b"), message("tool", "c")]
        #expect(try content(line) == .conversation(Dialogue(messages: messages)))
    }

    @Test func theAlpacaPromptDependsOnWhetherThereIsAnInput() throws {
        // The two prompts of tatsu-lab/stanford_alpaca, train.py.
        let plain = """
            Below is an instruction that describes a task. Write a response that appropriately completes the request.

            ### Instruction:
            Add.

            ### Response:

            """
        let paired = """
            Below is an instruction that describes a task, paired with an input that provides further context. \
            Write a response that appropriately completes the request.

            ### Instruction:
            Add.

            ### Input:
            1 2

            ### Response:

            """
        #expect(try content(#"{"instruction": "Add.", "input": "", "output": "3"}"#) == .completion(prompt: plain, answer: "3"))
        #expect(try content(#"{"instruction": "Add.", "output": "3"}"#) == .completion(prompt: plain, answer: "3"))
        #expect(
            try content(#"{"instruction": "Add.", "input": "1 2", "output": "3"}"#) == .completion(prompt: paired, answer: "3"))
    }

    @Test func pretokenizedRowsLeaveTheirPaddingOut() throws {
        #expect(try content(#"{"input_ids": [5, 6]}"#) == .tokens(ids: [5, 6], labels: [5, 6]))
        #expect(
            try content(#"{"input_ids": [5, 6, 0], "labels": [-100, 6, -100], "attention_mask": [1, 1, 0]}"#)
                == .tokens(ids: [5, 6], labels: [-100, 6]))
        #expect(
            try content(#"{"input_ids": [0, 5, 6], "completion_mask": [0, 0, 1], "attention_mask": [0, 1, 1]}"#)
                == .tokens(ids: [5, 6], labels: [-100, 6]))
    }

    @Test func toolsMayBeAListOrItsText() throws {
        let tools: JSONValue = [["type": "function"]]
        for text in [#"[{"type": "function"}]"#, #""[{\"type\": \"function\"}]""#] {
            guard case .conversation(let dialogue) = try content(#"{"messages": [], "tools": \#(text)}"#) else {
                Issue.record("not a conversation")
                return
            }
            #expect(dialogue.tools == tools)
        }
    }

    @Test func formsMayMixAndBlankLinesDoNotCount() throws {
        let rows = try rows("\u{FEFF}{\"text\": \"a\"}\n\n  \r\n{\"prompt\": \"a\", \"completion\": \"b\"}\r\n")
        #expect(rows.map(\.line) == [1, 4])
        #expect(rows.map(\.form) == [.text, .promptCompletion])
    }

    @Test(arguments: [
        (#"{"text": "a""#, "rows.jsonl:2"), (#"["text"]"#, "rows.jsonl:2"), (#"{"body": "a"}"#, "rows.jsonl:2"),
        (#"{"prompt": "a"}"#, "rows.jsonl:2"), (#"{"text": 3}"#, "rows.jsonl:2"),
        (#"{"messages": "a"}"#, "rows.jsonl:2"), (#"{"messages": [{"content": "a"}]}"#, "rows.jsonl:2"),
        (#"{"conversations": [{"from": "alien", "value": "a"}]}"#, "rows.jsonl:2"),
        (#"{"input_ids": [1], "labels": [1, 2]}"#, "rows.jsonl:2"), (#"{"input_ids": [1.5]}"#, "rows.jsonl:2"),
        (#"{"input_ids": [1, 2, 3], "attention_mask": [1, 0, 1]}"#, "rows.jsonl:2"),
        (#"{"text": "a", "text": "b"}"#, "rows.jsonl:2"),
    ])
    func aMalformedLineIsNamedWithItsNumber(line: String, place: String) throws {
        let error = try #require(throws: DataError.self) { try rows("{\"text\": \"a\"}\n\(line)\n") }
        #expect(error.explanation.place == place)
        #expect(!error.explanation.next.isEmpty)
    }

    @Test func aFileWithoutRowsIsRefused() throws {
        #expect(throws: DataError(.noRows, file: "rows.jsonl")) { try rows("\n \n") }
    }

    @Test func aFewAnswersThatRecurAreLabels() throws {
        func hasLabels(_ answers: [String]) throws -> Bool {
            let lines = answers.map { #"{"prompt": "Which?", "completion": "\#($0)"}"# }.joined(separator: "\n")
            return try DataFile(path: "rows.jsonl", text: Data(lines.utf8)).hasLabels
        }
        #expect(try hasLabels(["yes", "no", " yes", "no"]))
        #expect(try !hasLabels(["yes", "yes", "yes", "yes"]))
        #expect(try !hasLabels(["yes", "no", "perhaps"]))
        #expect(try !hasLabels((0..<63).map { "answer \($0 % 21)" }) && hasLabels((0..<60).map { "answer \($0 % 20)" }))
        #expect(try !DataFile(path: "rows.jsonl", text: Data(#"{"text": "a"}"#.utf8)).hasLabels)
    }
}
