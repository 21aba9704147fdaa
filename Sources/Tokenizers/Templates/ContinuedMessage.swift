import StrictJSON

/// Cuts a rendered chat right after the content of its last message, so that a model writes on from there.
///
/// The content is marked before rendering; the text ends where the mark is found.
struct ContinuedMessage {
    private static let mark = "CONTINUE_FINAL_MESSAGE_TAG "

    private let content: String

    /// Marks the last message's text: its content, or the last block of its content that has text.
    init(marking messages: inout [JSONObject], for source: String) throws(ChatTemplateError) {
        guard var message = messages.last, let content = message["content"] else {
            throw ChatTemplateError(.conversation("the final message has no content to continue"))
        }
        guard TextSearch("content").first(in: Array(source.utf8)) != nil else {
            throw ChatTemplateError(.conversation("the chat template does not read the content that it should continue"))
        }
        switch content {
        case .string(let text):
            self.content = text
            message["content"] = .string(text + Self.mark)
        case .array(var blocks):
            guard let place = blocks.lastIndex(where: { $0["text"] != nil }), var block = blocks[place].objectValue,
                let text = block["text"]?.stringValue
            else { throw ChatTemplateError(.conversation("the final message has no text to continue")) }
            self.content = text
            block["text"] = .string(text + Self.mark)
            blocks[place] = .object(block)
            message["content"] = .array(blocks)
        default: throw ChatTemplateError(.conversation("the content of the final message is no text"))
        }
        messages[messages.count - 1] = message
    }

    /// The chat up to the mark; where the template trimmed the content, without space at the end.
    func cut(_ chat: RenderedChat) throws(ChatTemplateError) -> RenderedChat {
        let bytes = Array(chat.text.utf8)
        let bareMark = Self.mark.stripped()
        guard TextSearch(content.stripped()).first(in: bytes) != nil, let place = TextSearch(bareMark).last(in: bytes) else {
            throw ChatTemplateError(.conversation("the chat template does not write the final message as it is"))
        }
        let kept = String(decoding: bytes[..<place], as: UTF8.self)
        let isWhole = bytes[place...].starts(with: Self.mark.utf8)
        let text = isWhole ? kept : kept.stripped(front: false)
        let count = text.unicodeScalars.count
        let spans = chat.generationSpans.filter { $0.lowerBound < count }.map { $0.clamped(to: 0..<count) }
        return RenderedChat(text: text, generationSpans: spans)
    }
}
