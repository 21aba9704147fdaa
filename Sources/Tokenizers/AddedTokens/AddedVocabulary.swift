import StrictJSON

/// The tokens added on top of a model's vocabulary.
struct AddedVocabulary: Sendable {
    private(set) var tokens: [Int32: AddedToken] = [:]
    private var ids: [ByteText: Int32] = [:]
    private var specialContents: Set<ByteText> = []
    /// In the order they were given: special tokens first, because ties between equal contents go to the first.
    private var order: [AddedToken] = []

    var highestID: Int32? { tokens.keys.max() }
    var all: [AddedToken] { tokens.sorted { $0.key < $1.key }.map(\.value) }

    func id(of content: String) -> Int32? { ids[ByteText(content)] }

    func isSpecial(_ content: String) -> Bool { specialContents.contains(ByteText(content)) }

    /// Adds tokens as the reference does: one that the vocabulary knows keeps its id, others continue after the highest.
    ///
    /// The ids written in tokenizer.json play no part; in a sound file they are the ids found here.
    mutating func add(_ new: [AddedToken], to vocabulary: Vocabulary) {
        for token in new where token.isSpecial && !token.content.isEmpty { specialContents.insert(ByteText(token.content)) }
        for token in new where !token.content.isEmpty && !tokens.values.contains(token) {
            let content = ByteText(token.content)
            let id = ids[content] ?? vocabulary.id(of: token.content) ?? nextID(after: vocabulary)
            ids[content] = id
            tokens[id] = token
            order.append(token)
        }
    }

    private func nextID(after vocabulary: Vocabulary) -> Int32 {
        let size = Int32(vocabulary.count)
        guard let highest = highestAddedID, highest >= size || size == 0 else { return size }
        return highest + 1
    }

    private var highestAddedID: Int32? { ids.values.max() }

    /// The tokens sought in raw text, or in normalised text with their content passed through `normalizer`.
    func matcher(normalized: Bool, through normalizer: Normalizer?) -> AddedTokenMatcher {
        var matcher = AddedTokenMatcher()
        let sorted = order.filter { isSpecial($0.content) } + order.filter { !isSpecial($0.content) }
        for token in sorted.reversed() where token.isNormalized == normalized {
            guard let id = id(of: token.content), let current = tokens[id] else { continue }
            var text = AlignedText(Array(token.content.utf8))
            if normalized { normalizer?.apply(to: &text) }
            matcher.add(text.bytes, id: id, token: current, isSpecial: isSpecial(current.content))
        }
        return matcher
    }
}
