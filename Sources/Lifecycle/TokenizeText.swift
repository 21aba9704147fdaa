import Faults
import Foundation
import StrictJSON
import Tokenizers
import Training

/// Text or a chat as the ids a model reads.
public struct TokenizeText: Sendable {
    public enum Input: Sendable, Hashable {
        case text(String, addsSpecialTokens: Bool)
        case chat(URL, addsGenerationPrompt: Bool)
    }

    public struct Outcome: Sendable, Hashable {
        /// What was encoded: the text itself, or the chat as its template writes it.
        public let text: String
        public let encoding: Encoding

        public var json: JSONValue {
            [
                "schema": "lora.tokenize/1",
                "text": .string(text),
                "ids": .array(encoding.ids.map { .integer(Int($0)) }),
                "tokens": .array(encoding.tokens.map { .string($0) }),
            ]
        }
    }

    private let tokenizer: Tokenizer
    private let folder: URL

    public init(base folder: URL) throws {
        self.folder = folder
        tokenizer = try Tokenizer(folder: folder)
    }

    /// - Parameter chatDate: the day that chat templates take for today.
    public func run(_ input: Input, chatDate: CalendarDay) throws -> Outcome {
        switch input {
        case .text(let text, let addsSpecialTokens):
            return Outcome(text: text, encoding: try tokenizer.encode(text, addSpecialTokens: addsSpecialTokens))
        case .chat(let file, let addsGenerationPrompt):
            var conversation = try ChatFile.read(file)
            conversation.addGenerationPrompt = addsGenerationPrompt
            let text = try tokenizer.rendered(conversation, folder: folder, on: chatDate)
            return Outcome(text: text, encoding: try tokenizer.encode(text, addSpecialTokens: false))
        }
    }
}

extension Tokenizer {
    /// The conversation in the words of the folder's own chat template.
    func rendered(_ conversation: Conversation, folder: URL, on day: CalendarDay) throws -> String {
        let source = conversation.tools == nil ? chatTemplates.default : chatTemplates.forTools
        guard let source else { throw ChatError.noTemplate(folder: folder) }
        return try ChatTemplate(source: source).render(conversation, by: self, on: day).text
    }
}

/// A chat in a file: a JSON array of messages, or an object with `messages` and, if wanted, `tools` and `documents`.
enum ChatFile {
    static func read(_ file: URL) throws -> Conversation {
        let value = try JSONValue(contentsOf: file)
        guard let messages = value.arrayValue ?? value["messages"]?.arrayValue else { throw ChatError.noMessages(file: file) }
        for (index, message) in messages.enumerated() where message["role"]?.stringValue == nil {
            throw ChatError.messageWithoutRole(file: file, index: index)
        }
        return Conversation(messages: messages, tools: value["tools"], documents: value["documents"])
    }
}

/// Why a chat cannot be put to a model.
public enum ChatError: Error, Hashable {
    case noTemplate(folder: URL)
    case noMessages(file: URL)
    case messageWithoutRole(file: URL, index: Int)
}
