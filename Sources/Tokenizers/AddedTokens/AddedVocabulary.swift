import StrictJSON

/// The tokens added on top of a model's vocabulary.
struct AddedVocabulary: Sendable {
    private(set) var tokens: [Int32: AddedToken] = [:]
    /// The text each token stands for when decoded: normalised, where the token is.
    private(set) var texts: [Int32: String] = [:]
    private var ids: [ByteText: Int32] = [:]
    private var specialContents: Set<ByteText> = []
    /// In the order they were given: special tokens first, because ties between equal contents go to the first.
    private var order: [AddedToken] = []
    private(set) var highestID: Int32?

    func id(of content: String) -> Int32? { ids[ByteText(content)] }

    /// The token of that content, with the flags given last.
    func token(of content: String) -> AddedToken? { id(of: content).flatMap { tokens[$0] } }

    func isSpecial(_ content: String) -> Bool { specialContents.contains(ByteText(content)) }

    /// Adds tokens as the reference does: one that the vocabulary knows keeps its id, others continue after the highest.
    ///
    /// The ids written in tokenizer.json play no part; in a sound file they are the ids found here.
    mutating func add(_ new: [AddedToken], to vocabulary: Vocabulary, through normalizer: Normalizer?) {
        for token in new where token.isSpecial && !token.content.isEmpty { specialContents.insert(ByteText(token.content)) }
        for token in new where !token.content.isEmpty && self.token(of: token.content) != token {
            let content = ByteText(token.content)
            let id = ids[content] ?? vocabulary.id(of: token.content) ?? nextID(after: vocabulary)
            ids[content] = id
            highestID = max(highestID ?? id, id)
            tokens[id] = token
            texts[id] = Self.sought(token, through: normalizer).string
            order.append(token)
        }
    }

    private func nextID(after vocabulary: Vocabulary) -> Int32 {
        let size = Int32(vocabulary.count)
        guard let highestID, highestID >= size || size == 0 else { return size }
        return highestID + 1
    }

    /// The tokens sought in raw text, or in normalised text with their content passed through `normalizer`.
    func matcher(normalized: Bool, through normalizer: Normalizer?) -> AddedTokenMatcher {
        var matcher = AddedTokenMatcher()
        let sorted = order.filter { isSpecial($0.content) } + order.filter { !isSpecial($0.content) }
        for token in sorted.reversed() where token.isNormalized == normalized {
            guard let id = id(of: token.content), let current = tokens[id] else { continue }
            let text = Self.sought(token, through: normalizer)
            matcher.add(text.bytes, id: id, token: current, isSpecial: isSpecial(current.content))
        }
        return matcher
    }

    /// The text a token is found by.
    private static func sought(_ token: AddedToken, through normalizer: Normalizer?) -> AlignedText {
        var text = AlignedText(Array(token.content.utf8))
        if token.isNormalized { normalizer?.apply(to: &text) }
        return text
    }
}
