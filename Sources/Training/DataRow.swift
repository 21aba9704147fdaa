import StrictJSON

/// One line of a data file.
public struct DataRow: Sendable, Hashable {
    /// 1-based.
    public let line: Int
    public let form: RowForm
    public let content: RowContent

    public init(line: Int, form: RowForm, content: RowContent) {
        self.line = line
        self.form = form
        self.content = content
    }
}

/// The forms a row can be written in; each row is read by its own keys, so a file may mix them.
///
/// A row with the keys of several forms is read as the first of them in this order.
public enum RowForm: String, Sendable, Hashable, CaseIterable {
    /// `{"input_ids": […], "labels": […], "attention_mask": […]}`
    case tokens
    /// `{"messages": [{"role", "content"}], "tools"}`
    case messages
    /// `{"conversations": [{"from", "value"}], "system", "tools"}`
    case shareGPT = "sharegpt"
    /// `{"prompt", "completion"}`, both texts or both message lists
    case promptCompletion = "prompt_completion"
    /// `{"instruction", "input", "output"}`
    case alpaca
    /// `{"text"}`
    case text
}

/// What a row says, whatever form it was written in.
public enum RowContent: Sendable, Hashable {
    case conversation(Dialogue)
    /// Messages of which only those after the first `promptCount` are answers.
    case continuation(Dialogue, promptCount: Int)
    case completion(prompt: String, answer: String)
    case text(String)
    /// Label −100 marks a token that is read but not learned.
    case tokens(ids: [Int32], labels: [Int32])
}

/// Messages with what else the chat template sees.
public struct Dialogue: Sendable, Hashable {
    /// Objects with `role` and `content`.
    public let messages: [JSONValue]
    public let tools: JSONValue?
    /// The row's `chat_template_kwargs`.
    public let variables: JSONObject

    public init(messages: [JSONValue], tools: JSONValue? = nil, variables: JSONObject = JSONObject()) {
        self.messages = messages
        self.tools = tools
        self.variables = variables
    }
}

extension DataRow {
    /// What the row asks, as text.
    public var inputText: String { content.inputAndAnswer.input }

    /// The last message of what it asks.
    public var finalQuestion: String { content.finalQuestion }
}

extension DataRow {
    /// The answer that it wants, without white space around it; nil where it wants none.
    public var expectedAnswer: String? { content.finalAnswer?.trimmed }
}
