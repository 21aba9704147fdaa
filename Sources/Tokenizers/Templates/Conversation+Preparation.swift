import StrictJSON

/// What transformers does to a conversation before its template sees it.
extension Conversation {
    /// The names under which messages carry reasoning; templates read the first, or `thinking`.
    private static let reasoningNames = ["reasoning_content", "thinking", "reasoning"]

    /// The messages without members that are null, their reasoning under all the names that templates read.
    func preparedMessages() throws(ChatTemplateError) -> [JSONObject] {
        guard !messages.isEmpty else { throw ChatTemplateError(.conversation("it has no messages")) }
        guard !(continueFinalMessage && addGenerationPrompt) else {
            throw ChatTemplateError(
                .conversation("it cannot both continue the final message and open the assistant's next turn"))
        }
        var prepared: [JSONObject] = []
        for (place, message) in messages.enumerated() {
            guard let object = message.objectValue else {
                throw ChatTemplateError(.conversation("message \(place + 1) is not an object"))
            }
            prepared.append(Self.namingReasoning(JSONObject(object.members.filter { !$0.1.isNull })))
        }
        return prepared
    }

    private static func namingReasoning(_ message: JSONObject) -> JSONObject {
        guard let reasoning = reasoningNames.lazy.compactMap({ message[$0] }).first else { return message }
        // A key keeps the place it is first given, so `thinking` leads and the rest stays in order.
        return JSONObject([("thinking", reasoning)] + Array(message.members) + [("reasoning_content", reasoning)])
    }

    /// The documents, each of which must be an object; null when there are none.
    func checkedDocuments() throws(ChatTemplateError) -> JSONValue {
        guard let documents, !documents.isNull else { return .null }
        guard let list = documents.arrayValue, list.allSatisfy({ $0.objectValue != nil }) else {
            throw ChatTemplateError(.conversation("documents must be a list of objects with 'title' and 'text'"))
        }
        return documents
    }
}
