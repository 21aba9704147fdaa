import Foundation

/// The tokenizer of a Hugging Face folder: text to ids and back, as the `tokenizers` library does it.
public final class Tokenizer: Sendable {
    /// Ids are below this number: one more than the highest id of vocabulary and added tokens.
    public let vocabularySize: Int
    public let specialTokens: SpecialTokens
    public let chatTemplates: ChatTemplateSources

    /// Reads tokenizer.json, tokenizer_config.json, special_tokens_map.json and the chat templates of a folder.
    public init(folder: URL) throws {
        vocabularySize = 0
        specialTokens = SpecialTokens(byRole: [:])
        chatTemplates = ChatTemplateSources(default: nil, named: [:])
        throw CocoaError(.featureUnsupported)
    }

    /// The template for conversations without tools.
    public var chatTemplateSource: String? { chatTemplates.default }

    /// Ids, token texts and offsets of a text.
    ///
    /// - Parameter addSpecialTokens: runs the post-processor, which may add tokens such as `<s>`.
    /// - Parameter recognizesSpecialTokens: false treats text such as "<|im_end|>" as plain text, never as the control token.
    public func encode(
        _ text: String, addSpecialTokens: Bool = true, recognizesSpecialTokens: Bool = true
    ) throws -> Encoding {
        throw CocoaError(.featureUnsupported)
    }

    /// The encoding of two texts that belong together.
    public func encode(
        _ first: String, pairedWith second: String, addSpecialTokens: Bool = true
    ) throws -> Encoding {
        throw CocoaError(.featureUnsupported)
    }

    /// The text that ids stand for; ids the vocabulary does not know are passed over.
    public func decode(_ ids: some Sequence<Int32>, skipSpecialTokens: Bool = false) -> String { "" }

    public func token(of id: Int32) -> String? { nil }

    public func id(of token: String) -> Int32? { nil }
}

/// The chat templates a folder brings.
public struct ChatTemplateSources: Sendable, Hashable {
    public let `default`: String?
    /// Further templates by name ("tool_use", "rag").
    public let named: [String: String]

    public init(default: String?, named: [String: String]) {
        self.default = `default`
        self.named = named
    }

    /// The template for a conversation that offers tools: "tool_use" where there is one.
    public var forTools: String? { named["tool_use"] ?? `default` }
}
