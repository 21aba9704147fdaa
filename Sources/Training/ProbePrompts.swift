import Llama
import StrictJSON
import Tokenizers

/// A prompt as it is asked, and as the model reads it.
public struct ProbePrompt: Sendable, Hashable {
    public enum Question: Sendable, Hashable {
        /// Objects with `role` and `content`, and the row's `chat_template_kwargs`.
        case messages([JSONValue], variables: JSONObject)
        case text(String)
    }

    /// Of the held-out file, from 1; nil for one that is built in.
    public let line: Int?
    public let question: Question
    /// What the template makes of it; of plain text, the text itself.
    public let rendered: String
    public let ids: [Int32]
    /// Of the answer that the row wants, with what ends it; nil where nothing is wanted.
    public let expectedTokens: Int?

    public init(line: Int?, question: Question, rendered: String, ids: [Int32], expectedTokens: Int?) {
        (self.line, self.question, self.rendered, self.ids) = (line, question, rendered, ids)
        self.expectedTokens = expectedTokens
    }
}

/// The prompts by which a version is known again.
public struct ProbePrompts: Sendable, Hashable {
    public enum Source: String, Sendable, Hashable, CaseIterable {
        case heldOut = "held_out"
        /// Built in: they tell nothing of anybody's data.
        case neutral
    }

    public let source: Source
    public let prompts: [ProbePrompt]

    /// Longer prompts would make the file of a version large, and its making slow.
    private static let longestPrompt = 2048

    private init(source: Source, prompts: [ProbePrompt]) { (self.source, self.prompts) = (source, prompts) }

    /// - Parameter positions: that the model has.
    /// - Parameter asChat: as messages, where the template takes a lone question.
    public init(neutralFor positions: Int?, asChat: Bool, _ encoder: RowEncoder) throws {
        let prompts: [ProbePrompt]
        do {
            prompts = try Self.texts.map { try encoder.neutralPrompt($0, asChat: asChat) }
        } catch is ChatTemplateError {
            prompts = try Self.texts.map { try encoder.neutralPrompt($0, asChat: false) }
        }
        self.init(source: .neutral, prompts: prompts.filter { Self.fits($0, positions) })
    }

    /// Rows that ask for an answer, evenly spread over the file; built-in prompts where there is none.
    ///
    /// - Throws: `DataError` for a row that cannot be encoded.
    public init(rowsOf file: DataFile, positions: Int?, _ encoder: RowEncoder) throws {
        var prompts: [ProbePrompt] = []
        for part in 0..<GoldenProbes.limit {
            let rows = file.rows[part * file.rows.count / GoldenProbes.limit..<(part + 1) * file.rows.count / GoldenProbes.limit]
            for row in rows {
                guard let prompt = try encoder.probePrompt(of: row, of: file.path), Self.fits(prompt, positions) else { continue }
                prompts.append(prompt)
                break
            }
        }
        if prompts.isEmpty {
            try self.init(neutralFor: positions, asChat: file.asksByChat, encoder)
        } else {
            self.init(source: .heldOut, prompts: prompts)
        }
    }

    private static func fits(_ prompt: ProbePrompt, _ positions: Int?) -> Bool {
        !prompt.ids.isEmpty && prompt.ids.count <= longestPrompt
            && positions.map { prompt.ids.count + GoldenProbes.room <= $0 } ?? true
    }

    private static let texts = [
        "Describe a morning at the harbour in one sentence.",
        "What is 17 plus 25?",
        "Name three things that are made of glass.",
        "Write a short greeting for a new colleague.",
        "The train from the north arrives at half past nine, because",
        "List the days of the week.",
        "Explain in a few words why leaves fall in autumn.",
        "The opposite of slow is",
    ]
}

extension DataFile {
    /// Whether its rows are conversations.
    public var asksByChat: Bool {
        switch rows.first?.content {
        case .conversation, .continuation: true
        default: false
        }
    }
}

extension RowContent {
    /// Nil for rows that ask nothing, that bring tools, or that go on with what the assistant has begun.
    fileprivate var probeQuestion: ProbePrompt.Question? {
        switch self {
        case .conversation(let dialogue), .continuation(let dialogue, _):
            let messages = finalAnswer == nil ? dialogue.messages : Array(dialogue.messages.dropLast())
            guard let last = messages.last, last["role"]?.stringValue != "assistant", dialogue.tools == nil else { return nil }
            return .messages(messages, variables: dialogue.variables)
        case .completion(let prompt, _): return prompt.isEmpty ? nil : .text(prompt)
        case .text, .tokens: return nil
        }
    }
}

extension RowEncoder {
    /// Nil for a row that is no question with an answer.
    fileprivate func probePrompt(of row: DataRow, of path: String) throws(DataError) -> ProbePrompt? {
        guard let question = row.content.probeQuestion, row.content.finalAnswer != nil else { return nil }
        return try placing(row, path) { try probePrompt(question, row.content, line: row.line) }
    }

    fileprivate func neutralPrompt(_ text: String, asChat: Bool) throws -> ProbePrompt {
        guard asChat else { return try probePrompt(.text(text), .completion(prompt: text, answer: ""), line: nil) }
        let messages: [JSONValue] = [["role": "user", "content": .string(text)]]
        let content = RowContent.conversation(Dialogue(messages: messages))
        return try probePrompt(.messages(messages, variables: JSONObject()), content, line: nil)
    }

    private func probePrompt(_ question: ProbePrompt.Question, _ content: RowContent, line: Int?) throws -> ProbePrompt {
        let (rendered, ids) = try promptText(question, content)
        let expected = line == nil ? nil : try labelled(content).tokens
        return ProbePrompt(
            line: line, question: question, rendered: rendered, ids: ids,
            expectedTokens: expected.map { $0.count - commonPrefix(ids, $0) })
    }

    private func promptText(_ question: ProbePrompt.Question, _ content: RowContent) throws -> (String, [Int32]) {
        switch question {
        case .text(let text): return (text, try promptTokens(content))
        case .messages(let messages, let variables):
            let rendering = ChatRendering(dialogue: Dialogue(messages: messages, variables: variables), encoder: self)
            let chat = try rendering.prompt(ofFirst: messages.count)
            return (chat.text.text, chat.ids)
        }
    }
}
