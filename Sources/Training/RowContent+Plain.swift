import StrictJSON

extension DataFile {
    /// Conversations as plain text, for bases without a chat template: what was said before the last answer, a line each, and the answer.
    public func asPlainText() -> DataFile {
        DataFile(path: path, rows: rows.map { DataRow(line: $0.line, form: $0.form, content: $0.content.asPlainText) })
    }
}

extension RowContent {
    fileprivate var asPlainText: RowContent {
        guard case .conversation(let dialogue) = self, let answer = finalAnswer else { return self }
        let lines = dialogue.messages.dropLast().compactMap { $0["content"]?.stringValue }
        return .completion(prompt: lines.joined(separator: "\n") + "\n", answer: answer)
    }
}
