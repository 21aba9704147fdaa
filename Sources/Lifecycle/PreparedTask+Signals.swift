import Adapters
import Tokenizers
import Training

extension PreparedTask {
    /// Circumstances beside the three rules, read off the held-out rows.
    func signals() throws -> SignalFacts {
        let prompts = heldOut.map { $0.length - $0.supervisedCount }.sorted()
        return SignalFacts(
            promptTokens: prompts.isEmpty ? nil : prompts[prompts.count / 2],
            domainVocabularyRatio: try domainVocabularyRatio())
    }

    /// Tokens per word on the task's inputs, divided by tokens per word on general text; nil without words.
    private func domainVocabularyRatio() throws -> Double? {
        let inputs = dataset.rows.prefix(GeneralText.comparedRows).map(\.inputText)
        guard let own = try tokensPerWord(inputs), let general = try tokensPerWord(GeneralText.paragraphs) else { return nil }
        return own / general
    }

    private func tokensPerWord(_ texts: [String]) throws -> Double? {
        let words = texts.reduce(0) { $0 + $1.split(whereSeparator: \.isWhitespace).count }
        let tokens = try texts.reduce(0) { try $0 + tokenizer.encode($1, addSpecialTokens: false).count }
        return words == 0 ? nil : Double(tokens) / Double(words)
    }
}

/// Everyday English, written for this comparison: what a tokenizer makes of words that no trade owns.
enum GeneralText {
    /// Rows of the task that are compared; more change the ratio little.
    static let comparedRows = 200

    static let paragraphs = [
        """
        The morning train was late again, so we walked along the river until the next one came. A few people were fishing from the
        bridge, and a dog slept in the sun beside an old bicycle. Nobody seemed to be in a hurry.
        """,
        """
        My grandmother kept a small garden behind the house. She grew beans, tomatoes and more apples than the family could eat, and
        every autumn she gave most of them away. The neighbours would bring back the empty baskets with something of their own.
        """,
        """
        When the rain stopped, the children ran outside to look for snails. They found seven under the steps and carried them
        carefully to the wall, where the leaves were still wet. By evening all of them had gone, and a new game had begun.
        """,
        """
        The town library opens at nine and closes when the last reader leaves. It is warm in winter and quiet in summer, and the
        woman at the desk remembers what everyone likes to read. She says that a good book is one you lend and never see again.
        """,
    ]
}
