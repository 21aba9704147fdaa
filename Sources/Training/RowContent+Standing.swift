import Llama
import StrictJSON

extension RowContent {
    /// Nothing but white space is written in the row.
    var isBlank: Bool {
        switch self {
        case .conversation(let dialogue), .continuation(let dialogue, _): dialogue.messages.allSatisfy(Self.saysNothing)
        case .completion(let prompt, let answer): Self.isBlank(prompt) && Self.isBlank(answer)
        case .text(let text): Self.isBlank(text)
        case .tokens(let ids, _): ids.isEmpty
        }
    }

    /// There is nothing to learn: no answer, or only white space.
    var lacksAnswer: Bool {
        switch self {
        case .conversation(let dialogue):
            dialogue.messages.allSatisfy { $0["role"]?.stringValue != "assistant" || Self.saysNothing($0) }
        case .continuation(let dialogue, let count): dialogue.messages.dropFirst(count).allSatisfy(Self.saysNothing)
        case .completion(_, let answer): Self.isBlank(answer)
        case .text, .tokens: false
        }
    }

    /// What is asked, and what should be answered, as texts for comparing rows; pre-tokenized rows give their numbers.
    var inputAndAnswer: (input: String, answer: String) {
        switch self {
        case .conversation(let dialogue):
            let last = dialogue.messages.lastIndex { $0["role"]?.stringValue == "assistant" } ?? dialogue.messages.count
            return (Self.text(dialogue.messages[..<last]), Self.text(dialogue.messages[last...]))
        case .continuation(let dialogue, let count):
            return (Self.text(dialogue.messages.prefix(count)), Self.text(dialogue.messages.dropFirst(count)))
        case .completion(let prompt, let answer): return (prompt, answer)
        case .text(let text): return (text, "")
        case .tokens(let ids, let labels):
            let start = labels.firstIndex { $0 != TokenBatch.ignored } ?? ids.count
            return (Self.numbers(ids[..<start]), Self.numbers(ids[start...]))
        }
    }

    /// The last message before the answer, as text: what tells a row from others behind the same system prompt.
    var finalQuestion: String {
        switch self {
        case .conversation(let dialogue):
            let last = dialogue.messages.lastIndex { $0["role"]?.stringValue == "assistant" } ?? dialogue.messages.count
            return Self.text(dialogue.messages[..<last].suffix(1))
        case .continuation(let dialogue, let count): return Self.text(dialogue.messages.prefix(count).suffix(1))
        case .completion, .text, .tokens: return inputAndAnswer.input
        }
    }

    private static func isBlank(_ text: String) -> Bool { text.allSatisfy(\.isWhitespace) }

    private static func saysNothing(_ message: JSONValue) -> Bool {
        if message["tool_calls"]?.arrayValue?.isEmpty == false { return false }
        guard let content = message["content"], !content.isNull else { return true }
        return content.stringValue.map(isBlank) ?? (content.arrayValue?.isEmpty ?? false)
    }

    private static func text(_ messages: ArraySlice<JSONValue>) -> String {
        messages.map { message in
            let content = message["content"].map { $0.stringValue ?? $0.text() } ?? ""
            return content + (message["tool_calls"]?.text() ?? "")
        }.joined(separator: "\n")
    }

    private static func numbers(_ ids: ArraySlice<Int32>) -> String { ids.map(String.init).joined(separator: " ") }
}
