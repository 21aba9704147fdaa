import StrictJSON

/// Reads one JSON object as a row, by the keys it has.
struct RowReader {
    struct Failure: Error {
        let reason: DataError.Reason
        init(_ reason: DataError.Reason) { self.reason = reason }
    }

    let object: JSONObject

    init(_ object: JSONObject) { self.object = object }

    func row(line: Int) throws(Failure) -> DataRow {
        guard let form = RowForm.allCases.first(where: isWritten) else { throw Failure(.unknownForm(keys: object.keys)) }
        return DataRow(line: line, form: form, content: try content(form))
    }

    private func isWritten(in form: RowForm) -> Bool {
        switch form {
        case .tokens: object["input_ids"] != nil
        case .messages: object["messages"] != nil
        case .shareGPT: object["conversations"] != nil
        case .promptCompletion: object["prompt"] != nil || object["completion"] != nil
        case .alpaca: object["instruction"] != nil || object["output"] != nil
        case .text: object["text"] != nil
        }
    }

    private func content(_ form: RowForm) throws(Failure) -> RowContent {
        switch form {
        case .tokens: try tokens()
        case .messages: .conversation(try dialogue(try messages("messages", form)))
        case .shareGPT: .conversation(try dialogue(try shareGPT()))
        case .promptCompletion: try promptAndCompletion()
        case .alpaca: try alpaca()
        case .text: .text(try text("text", form))
        }
    }

    // MARK: Texts

    private func text(_ key: String, _ form: RowForm) throws(Failure) -> String {
        guard let value = object[key] else { throw Failure(.missingKey(key, form: form)) }
        guard let text = value.stringValue else { throw Failure(.wrongType(key: key, wanted: "a text")) }
        return text
    }

    private func promptAndCompletion() throws(Failure) -> RowContent {
        guard object["prompt"]?.arrayValue != nil else {
            return .completion(
                prompt: try text("prompt", .promptCompletion), answer: try text("completion", .promptCompletion))
        }
        let prompt = try messages("prompt", .promptCompletion)
        let answer = try messages("completion", .promptCompletion)
        return .continuation(try dialogue(prompt + answer), promptCount: prompt.count)
    }

    /// The prompt of the Stanford Alpaca project, whose first sentence depends on whether there is an input.
    private func alpaca() throws(Failure) -> RowContent {
        let instruction = try text("instruction", .alpaca)
        let input = object["input"] == nil ? "" : try text("input", .alpaca)
        let further = input.isEmpty ? "" : ", paired with an input that provides further context"
        let prompt =
            "Below is an instruction that describes a task\(further). "
            + "Write a response that appropriately completes the request.\n\n### Instruction:\n\(instruction)\n\n"
            + (input.isEmpty ? "" : "### Input:\n\(input)\n\n") + "### Response:\n"
        return .completion(prompt: prompt, answer: try text("output", .alpaca))
    }

    // MARK: Conversations

    private func dialogue(_ messages: [JSONValue]) throws(Failure) -> Dialogue {
        let variables = object["chat_template_kwargs"] ?? .object(JSONObject())
        guard let variables = variables.objectValue else {
            throw Failure(.wrongType(key: "chat_template_kwargs", wanted: "an object"))
        }
        return Dialogue(messages: messages, tools: try tools(), variables: variables)
    }

    /// A list, or the JSON text of one.
    private func tools() throws(Failure) -> JSONValue? {
        switch object["tools"] {
        case nil, .null?: return nil
        case .array(let list)?: return list.isEmpty ? nil : .array(list)
        case .string(let text)?:
            do {
                let value = try JSONValue(parsing: text)
                if value.arrayValue != nil { return value }
            } catch {
                throw Failure(.notJSON(error.reason, column: error.column))
            }
            throw Failure(.wrongType(key: "tools", wanted: "a list"))
        default: throw Failure(.wrongType(key: "tools", wanted: "a list"))
        }
    }

    private func messages(_ key: String, _ form: RowForm) throws(Failure) -> [JSONValue] {
        guard let value = object[key] else { throw Failure(.missingKey(key, form: form)) }
        guard let list = value.arrayValue, list.allSatisfy({ $0.objectValue != nil }) else {
            throw Failure(.wrongType(key: key, wanted: "a list of messages"))
        }
        for message in list where message["role"]?.stringValue == nil {
            throw Failure(.missingKey("role", form: form))
        }
        return list.map(Self.withPlainContent)
    }

    /// Joins a content given as parts, when all of them are text.
    private static func withPlainContent(_ message: JSONValue) -> JSONValue {
        guard var object = message.objectValue, let parts = object["content"]?.arrayValue else { return message }
        let texts = parts.compactMap { $0["type"]?.stringValue == "text" ? $0["text"]?.stringValue : nil }
        guard texts.count == parts.count else { return message }
        object["content"] = .string(texts.joined())
        return .object(object)
    }

    /// Renames `from` and `value`, and translates the roles, which templates would not understand.
    private func shareGPT() throws(Failure) -> [JSONValue] {
        guard let turns = object["conversations"]?.arrayValue else {
            throw Failure(.wrongType(key: "conversations", wanted: "a list of turns"))
        }
        var messages: [JSONValue] = []
        if let system = object["system"], !system.isNull, system.stringValue != "" {
            messages.append(["role": "system", "content": .string(try text("system", .shareGPT))])
        }
        for turn in turns { messages.append(try Self.message(turn)) }
        return messages
    }

    private static let roles = [
        "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "bot": "assistant",
        "system": "system", "tool": "tool", "function": "tool", "observation": "tool",
    ]

    private static func message(_ turn: JSONValue) throws(Failure) -> JSONValue {
        guard let from = (turn["from"] ?? turn["role"])?.stringValue else { throw Failure(.missingKey("from", form: .shareGPT)) }
        guard let value = (turn["value"] ?? turn["content"])?.stringValue else {
            throw Failure(.missingKey("value", form: .shareGPT))
        }
        guard let role = roles[from] else { throw Failure(.unknownRole(from)) }
        return ["role": .string(role), "content": .string(value)]
    }
}
