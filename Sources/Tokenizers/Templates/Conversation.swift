import StrictJSON

/// What a chat template is asked to write down.
public struct Conversation: Sendable, Hashable {
    /// JSON objects, usually with `role` and `content`; members whose value is null count as absent.
    public var messages: [JSONValue]
    /// The functions on offer, `[{"type": "function", "function": {…}}]`; nil shows the template `none`.
    public var tools: JSONValue?
    /// Texts for retrieval, `[{"title": …, "text": …}]`; nil shows the template `none`.
    public var documents: JSONValue?
    /// Ends the text with the header that opens the assistant's next turn.
    public var addGenerationPrompt: Bool
    /// Cuts the text right after the last message's content, so that a model writes on from there.
    public var continueFinalMessage: Bool

    public init(
        messages: [JSONValue], tools: JSONValue? = nil, documents: JSONValue? = nil, addGenerationPrompt: Bool = false,
        continueFinalMessage: Bool = false
    ) {
        self.messages = messages
        self.tools = tools
        self.documents = documents
        self.addGenerationPrompt = addGenerationPrompt
        self.continueFinalMessage = continueFinalMessage
    }
}
