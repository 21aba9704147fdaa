import StrictJSON
import Tokenizers

/// A dialogue, or a part of it, as text and tokens.
struct ChatRendering {
    struct Chat {
        let text: RenderedChat
        let encoding: Encoding
        var ids: [Int32] { encoding.ids }
    }

    let dialogue: Dialogue
    let encoder: RowEncoder

    /// The whole dialogue.
    func chat() throws -> Chat { try chat(render(dialogue.messages)) }

    /// The first messages and the header that opens the assistant's turn; when the last of them is the assistant's own, the
    /// text ends inside that turn.
    func prompt(ofFirst count: Int) throws -> Chat {
        let messages = Array(dialogue.messages.prefix(count))
        let continues = messages.last?["role"]?.stringValue == "assistant"
        return try chat(render(messages, addGenerationPrompt: !continues, continueFinalMessage: continues))
    }

    func render(
        _ messages: [JSONValue], addGenerationPrompt: Bool = false, continueFinalMessage: Bool = false
    ) throws -> RenderedChat {
        let conversation = Conversation(
            messages: messages, tools: dialogue.tools, addGenerationPrompt: addGenerationPrompt,
            continueFinalMessage: continueFinalMessage)
        return try encoder.template(withTools: dialogue.tools != nil)
            .render(conversation, by: encoder.tokenizer, adding: dialogue.variables, on: encoder.chatDate)
    }

    /// Templates write their own special tokens, so the tokenizer adds none.
    func chat(_ text: RenderedChat) throws -> Chat {
        guard let tokenizer = encoder.tokenizer else { throw DataError.Reason.noTokenizer }
        return Chat(text: text, encoding: try tokenizer.encode(text.text, addSpecialTokens: false))
    }
}

extension ChatTemplate {
    /// A conversation as training, evaluation and generation all write it: with the tokenizer's special tokens, at noon of a day that is
    /// named rather than today, so that a prompt is what was learned.
    public func render(
        _ conversation: Conversation, by tokenizer: Tokenizer?, adding others: JSONObject = JSONObject(), on day: CalendarDay
    ) throws -> RenderedChat {
        var variables: [String: JSONValue] = [:]
        for (role, token) in tokenizer?.specialTokens.byRole ?? [:] { variables[role] = .string(token.text) }
        for (name, value) in others.members { variables[name] = value }
        return try render(conversation, variables: variables, now: day.noon)
    }
}
