import Foundation
import StrictJSON

/// The tokenizer of a Hugging Face folder: text to ids and back, as the `tokenizers` library does it.
///
/// A text passes added-token search, normalizer, added-token search, pre-tokenizer, model and post-processor in turn.
public final class Tokenizer: Sendable {
    public let specialTokens: SpecialTokens
    public let chatTemplates: ChatTemplateSources
    /// One more than the highest id of vocabulary and added tokens.
    public let vocabularySize: Int

    let components: TokenizerFile
    let added: AddedVocabulary
    let rawMatcher: AddedTokenMatcher
    let normalizedMatcher: AddedTokenMatcher

    /// Reads tokenizer.json, tokenizer_config.json, special_tokens_map.json and the chat templates of a folder.
    public convenience init(folder: URL) throws {
        let file = folder.appending(path: "tokenizer.json")
        guard FileManager.default.fileExists(atPath: file.path) else {
            throw TokenizerError(.missingFile, file: file.path)
        }
        let configuration = try TokenizerConfiguration(folder: folder)
        try self.init(
            components: TokenizerFile(contentsOf: file), configuration: configuration,
            chatTemplates: ChatTemplateSources(folder: folder, configuration: configuration.chatTemplate))
    }

    /// Reads a tokenizer.json that stands alone; no token has a role then.
    public convenience init(file: URL) throws {
        try self.init(
            components: TokenizerFile(contentsOf: file), configuration: nil, chatTemplates: ChatTemplateSources(default: nil))
    }

    private init(
        components: TokenizerFile, configuration: TokenizerConfiguration?, chatTemplates: ChatTemplateSources
    ) throws {
        self.components = components
        self.chatTemplates = chatTemplates
        let vocabulary = components.model.vocabulary
        var added = AddedVocabulary()
        added.add(components.addedTokens, to: vocabulary, through: components.normalizer)
        if let configuration {
            added.add(configuration.missingTokens(from: added), to: vocabulary, through: components.normalizer)
        }
        self.added = added
        rawMatcher = added.matcher(normalized: false, through: components.normalizer)
        normalizedMatcher = added.matcher(normalized: true, through: components.normalizer)
        vocabularySize = Int(max(vocabulary.highestID ?? -1, added.highestID ?? -1)) + 1
        var byRole: [String: SpecialToken] = [:]
        for (role, token) in configuration?.roles ?? [] {
            if let id = added.id(of: token.content) { byRole[role] = SpecialToken(text: token.content, id: id) }
        }
        specialTokens = SpecialTokens(byRole: byRole)
    }

    /// The template for conversations without tools.
    public var chatTemplateSource: String? { chatTemplates.default }

    // MARK: Ids and tokens

    public func token(of id: Int32) -> String? { added.texts[id] ?? components.model.vocabulary.token(of: id) }

    public func id(of token: String) -> Int32? { added.id(of: token) ?? components.model.vocabulary.id(of: token) }

    /// Whether decoding may skip the token.
    public func isSpecial(_ id: Int32) -> Bool { token(of: id).map(added.isSpecial) ?? false }

    /// The text that ids stand for; ids the vocabulary does not know are passed over.
    ///
    /// Without a decoder in the file, tokens are joined by spaces. Bytes that are not UTF-8 become U+FFFD.
    public func decode(_ ids: some Sequence<Int32>, skipSpecialTokens: Bool = false) -> String {
        let tokens = ids.compactMap(token(of:)).filter { !skipSpecialTokens || !added.isSpecial($0) }
        guard let decoder = components.decoder else { return tokens.joined(separator: " ") }
        return decoder.decode(tokens).joined()
    }
}

extension TokenizerConfiguration {
    /// The tokens the configuration adds or changes, in order.
    fileprivate func missingTokens(from vocabulary: AddedVocabulary) -> [AddedToken] {
        var missing = added.filter { vocabulary.token(of: $0.content) != $0 }
        var known = Set(missing.map { ByteText($0.content) })
        for token in legacy + roles.map(\.token) + extraSpecial
        where vocabulary.token(of: token.content) == nil && known.insert(ByteText(token.content)).inserted {
            missing.append(token)
        }
        return missing
    }
}
