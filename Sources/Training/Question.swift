import Metrics
import StrictJSON

/// A held-out row as a question whose answer is one of a set of labels.
struct LabelQuestion: Sendable {
    let line: Int
    let expected: String
    /// The tokens that all candidate texts share with the prompt.
    let prefix: [Int32]
    /// What follows the prefix for each label, in the order of the labels, through the end of the turn.
    let continuations: [[Int32]]
}

/// A held-out row as a question whose answer is written freely.
struct OpenQuestion: Sendable {
    let line: Int
    let expected: String
    let prompt: [Int32]
    /// Tokens of the expected answer with what ends it.
    let answerLength: Int
}

extension RowEncoder {
    func labelQuestion(_ row: DataRow, labels: [String], of path: String) throws(DataError) -> LabelQuestion {
        let expected = try answer(of: row, path)
        guard labels.labelIndex(of: expected) != nil else { throw DataError(.unknownLabel(expected), file: path, line: row.line) }
        let prompt = try prompt(of: row, path)
        var texts: [[Int32]] = []
        for label in labels { texts.append(try allTokens(row.content.answering(label), row, path)) }
        let shared = texts.reduce(prompt.count) { min($0, commonPrefix(prompt, $1)) }
        guard shared > 0 else { throw DataError(.noPrompt, file: path, line: row.line) }
        return LabelQuestion(
            line: row.line, expected: expected, prefix: Array(prompt[..<shared]),
            continuations: texts.map { Array($0[shared...]) })
    }

    func openQuestion(_ row: DataRow, of path: String) throws(DataError) -> OpenQuestion {
        let expected = try answer(of: row, path)
        let prompt = try prompt(of: row, path)
        guard !prompt.isEmpty else { throw DataError(.noPrompt, file: path, line: row.line) }
        let all = try allTokens(row.content, row, path)
        return OpenQuestion(
            line: row.line, expected: expected, prompt: prompt, answerLength: all.count - commonPrefix(prompt, all))
    }

    /// The row's answer without white space around it.
    func answer(of row: DataRow, _ path: String) throws(DataError) -> String {
        guard let answer = row.content.finalAnswer, let trimmed = answer.trimmed, !trimmed.isEmpty else {
            throw DataError(.noAnswer(row.form), file: path, line: row.line)
        }
        return trimmed
    }

    private func prompt(of row: DataRow, _ path: String) throws(DataError) -> [Int32] {
        try placing(row, path) { try self.promptTokens(row.content) }
    }

    private func allTokens(_ content: RowContent, _ row: DataRow, _ path: String) throws(DataError) -> [Int32] {
        try placing(row, path) { try self.labelled(content).tokens }
    }

    func promptTokens(_ content: RowContent) throws -> [Int32] {
        switch content {
        case .conversation(let dialogue), .continuation(let dialogue, _):
            return try ChatRendering(dialogue: dialogue, encoder: self).prompt(ofFirst: dialogue.messages.count - 1).ids
        case .completion(let prompt, _):
            let ids = try ids(of: prompt)
            let endsItself = ids.last != nil && ids.last == tokenizer?.specialTokens.eos?.id
            return endsItself && endingTurn(prompt) != prompt ? ids.dropLast() : ids
        case .text, .tokens: return []
        }
    }
}

extension RowContent {
    /// The text that the row wants as answer to all before it; nil when it has no such text.
    var finalAnswer: String? {
        switch self {
        case .conversation(let dialogue), .continuation(let dialogue, _):
            guard let last = dialogue.messages.last, last["role"]?.stringValue == "assistant" else { return nil }
            return last["content"]?.stringValue
        case .completion(_, let answer): return answer
        case .text, .tokens: return nil
        }
    }

    /// The same row with another answer, which keeps the white space around the old one.
    func answering(_ label: String) -> RowContent {
        guard let answer = finalAnswer else { return self }
        let before = answer.prefix(while: \.isWhitespace)
        let after = answer.dropFirst(before.count).reversed().prefix(while: \.isWhitespace).reversed()
        let text = String(before) + label + String(after)
        switch self {
        case .conversation(let dialogue): return .conversation(dialogue.ending(with: text))
        case .continuation(let dialogue, let count): return .continuation(dialogue.ending(with: text), promptCount: count)
        case .completion(let prompt, _): return .completion(prompt: prompt, answer: text)
        case .text, .tokens: return self
        }
    }
}

extension Dialogue {
    fileprivate func ending(with text: String) -> Dialogue {
        guard var last = messages.last?.objectValue else { return self }
        last["content"] = .string(text)
        return Dialogue(messages: messages.dropLast() + [.object(last)], tools: tools, variables: variables)
    }
}

extension String {
    /// The text without white space around it.
    var trimmed: String? {
        guard let first = firstIndex(where: { !$0.isWhitespace }), let last = lastIndex(where: { !$0.isWhitespace }) else {
            return nil
        }
        return String(self[first...last])
    }
}
