/// The F1 of the words of two answers, as SQuAD counts it.
///
/// Both are normalised: lower case, without the punctuation of ASCII, without the articles a, an and the. Two answers of which nothing is left
/// agree; one alone does not.
/// Source: P. Rajpurkar et al., "SQuAD: 100,000+ questions for machine comprehension of text" (2016), and its version 2.0 (2018).
enum TokenF1 {
    static func score(predicted: String, expected: String) -> Double {
        let (ours, theirs) = (normalizedWords(predicted), normalizedWords(expected))
        guard !ours.isEmpty, !theirs.isEmpty else { return ours.isEmpty && theirs.isEmpty ? 1 : 0 }
        return OverlapCounts(predicted: ours, expected: theirs).f1
    }

    static func normalizedWords(_ text: String) -> [TextScalars] {
        let plain = TextScalars(text).lowercased.scalars.filter { !$0.isPunctuationOfASCII }
        return TextScalars(withoutArticles(plain)).words
    }

    /// A word ends wherever a letter or numeral has none beside it, so that signs without case or class part words too.
    private static func withoutArticles(_ scalars: [Unicode.Scalar]) -> [Unicode.Scalar] {
        var (kept, place) = ([Unicode.Scalar](), 0)
        while place < scalars.count {
            let word = scalars[place...].prefix(while: \.isAlphanumeric)
            if word.isEmpty {
                kept.append(scalars[place])
                place += 1
            } else {
                kept += articles.contains(Array(word)) ? [" "] : word
                place += word.count
            }
        }
        return kept
    }

    private static let articles: [[Unicode.Scalar]] = [["a"], ["a", "n"], ["t", "h", "e"]]
}
