import StrictJSON
import Tokenizers

/// Finds the tokens of a rendered dialogue that are the assistant's turns.
///
/// Templates that mark answers with `{% generation %}` say it themselves. With all others a turn begins after the longest
/// common token prefix of the dialogue and of what precedes the turn with the assistant's header; it ends where the dialogue
/// rendered through that turn ends. Some templates write a turn differently once others follow it (Qwen3 drops the thinking
/// block, Phi-3 the closing token): there the turn's text is found by rendering the dialogue again with a placeholder in its
/// place, and what both renderings write after that text, in whole tokens, is its end-of-turn.
struct AnswerTokens {
    private let rendering: ChatRendering
    private let chat: ChatRendering.Chat
    private let scalars: [Unicode.Scalar]

    init(_ rendering: ChatRendering, _ chat: ChatRendering.Chat) {
        self.rendering = rendering
        self.chat = chat
        scalars = Array(chat.text.text.unicodeScalars)
    }

    func ranges() throws -> [Range<Int>] {
        if !chat.text.generationSpans.isEmpty { return chat.text.generatedTokens(in: chat.encoding) }
        return try messages.indices.filter { messages[$0]["role"]?.stringValue == "assistant" }.map(range)
    }

    private var messages: [JSONValue] { rendering.dialogue.messages }

    private func range(ofTurn turn: Int) throws -> Range<Int> {
        let through = turn == messages.count - 1 ? scalars : try text(Array(messages[...turn]))
        let end = scalars.starts(with: through) ? through.count : try self.end(ofTurn: turn, through: through)
        let first = turn == 0 ? tokens(before: try contentRange(ofTurn: turn).lowerBound) : try tokensBefore(turn)
        let last = tokens(before: end)
        guard first < last else { throw DataError.Reason.unfoundTurn(message: turn + 1) }
        return first..<last
    }

    private func tokensBefore(_ turn: Int) throws -> Int {
        let prefix = try rendering.chat(rendering.render(Array(messages[..<turn]), addGenerationPrompt: true))
        return commonPrefix(prefix.ids, chat.ids)
    }

    /// Where a turn ends that is written differently when it is the last.
    private func end(ofTurn turn: Int, through: [Unicode.Scalar]) throws -> Int {
        let content = try contentRange(ofTurn: turn)
        guard let place = lastPlace(of: scalars[content], in: through) else {
            throw DataError.Reason.unfoundTurn(message: turn + 1)
        }
        return content.upperBound + commonPrefix(through[(place + content.count)...], scalars[content.upperBound...])
    }

    /// Where the content of a message stands: what changes in the text when a placeholder takes its place.
    private func contentRange(ofTurn turn: Int) throws -> Range<Int> {
        guard var message = messages[turn].objectValue, let content = message["content"]?.stringValue else {
            throw DataError.Reason.unfoundTurn(message: turn + 1)
        }
        message["content"] = .string(content.unicodeScalars.contains("\u{E000}") ? "\u{E001}" : "\u{E000}")
        var altered = messages
        altered[turn] = .object(message)
        let other = try text(altered)
        let start = commonPrefix(scalars, other)
        let shared = zip(scalars[start...].reversed(), other[start...].reversed()).prefix { $0 == $1 }.count
        guard scalars.count - shared > start else { throw DataError.Reason.unfoundTurn(message: turn + 1) }
        return start..<scalars.count - shared
    }

    private func text(_ messages: [JSONValue]) throws -> [Unicode.Scalar] {
        Array(try rendering.render(messages).text.unicodeScalars)
    }

    /// How many tokens lie wholly before a place in the text.
    private func tokens(before end: Int) -> Int {
        chat.encoding.offsets.prefix { $0.upperBound <= end }.count
    }

    private func lastPlace(of part: ArraySlice<Unicode.Scalar>, in text: [Unicode.Scalar]) -> Int? {
        guard part.count <= text.count else { return nil }
        return (0...text.count - part.count).last { text[$0...].starts(with: part) }
    }
}
