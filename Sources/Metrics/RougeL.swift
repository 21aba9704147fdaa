/// ROUGE-L: the F1 of the longest common subsequence of words.
///
/// Words are runs of a to z and 0 to 9 in lower case, nothing is stemmed, so a text in another script has none and scores 0.
/// Source: C.-Y. Lin, "ROUGE: a package for automatic evaluation of summaries" (2004), with F of equal weights.
enum RougeL {
    static func score(predicted: String, expected: String) -> Double {
        let (ours, theirs) = (words(predicted), words(expected))
        return OverlapCounts(predicted: ours.count, expected: theirs.count, shared: longestCommon(ours, theirs)).f1
    }

    static func words(_ text: String) -> [TextScalars] {
        TextScalars(text).lowercased.scalars
            .split { !("a"..."z").contains($0) && !("0"..."9").contains($0) }.map { TextScalars($0) }
    }

    /// `L[i, j] = L[i−1, j−1] + 1` where words agree, else `max(L[i−1, j], L[i, j−1])`; one row of the table is kept.
    private static func longestCommon(_ first: [TextScalars], _ second: [TextScalars]) -> Int {
        var lengths = [Int](repeating: 0, count: second.count + 1)
        for word in first {
            var diagonal = 0
            for (column, other) in second.enumerated() {
                let above = lengths[column + 1]
                lengths[column + 1] = word == other ? diagonal + 1 : max(above, lengths[column])
                diagonal = above
            }
        }
        return lengths[second.count]
    }
}
