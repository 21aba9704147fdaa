import StrictJSON

extension DataFile {
    /// The same questions as they are put with a text of instructions before them.
    ///
    /// Of a conversation it takes the place of the system message; a prompt of plain text follows it after an empty line.
    public func prompted(by text: String) -> DataFile {
        DataFile(path: path, rows: rows.map { DataRow(line: $0.line, form: $0.form, content: $0.content.prompted(by: text)) })
    }
}

extension RowContent {
    fileprivate func prompted(by text: String) -> RowContent {
        switch self {
        case .conversation(let dialogue): .conversation(dialogue.prompted(by: text))
        case .continuation(let dialogue, let count):
            .continuation(
                dialogue.prompted(by: text),
                promptCount: count + dialogue.prompted(by: text).messages.count - dialogue.messages.count)
        case .completion(let prompt, let answer): .completion(prompt: "\(text)\n\n\(prompt)", answer: answer)
        case .text, .tokens: self
        }
    }
}

extension Dialogue {
    fileprivate func prompted(by text: String) -> Dialogue {
        let system: JSONValue = ["role": "system", "content": .string(text)]
        let rest = messages.first?["role"]?.stringValue == "system" ? Array(messages.dropFirst()) : messages
        return Dialogue(messages: [system] + rest, tools: tools, variables: variables)
    }
}
