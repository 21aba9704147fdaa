/// chrF of a corpus, in 0 … 1: the F₂ of character n-grams up to order 6, white space left out, from counts summed over its rows.
///
/// Precision and recall are averaged over the orders that both sides have.
/// Source: M. Popović, "chrF: character n-gram F-score for automatic MT evaluation" (2015).
enum ChrF {
    static let order = 6
    static let beta = 2.0
    /// For each order the n-grams of the answer, those of the reference, and the matches.
    static let countsPerRow = 3 * order

    static func counts(predicted: String, expected: String) -> [Double] {
        let (ours, theirs) = (TextScalars(predicted).withoutSpace, TextScalars(expected).withoutSpace)
        return (1...order).flatMap { length -> [Double] in
            let counts = OverlapCounts(predicted: runs(of: length, in: ours), expected: runs(of: length, in: theirs))
            // without a reference of this order nothing could match
            return [counts.expected == 0 ? 0 : counts.predicted, counts.expected, counts.shared].map(Double.init)
        }
    }

    static func value(_ sums: [Double]) -> Double {
        var (precision, recall, orders) = (0.0, 0.0, 0.0)
        for place in stride(from: 0, to: countsPerRow, by: 3) where sums[place] > 0 && sums[place + 1] > 0 {
            precision += sums[place + 2] / sums[place]
            recall += sums[place + 2] / sums[place + 1]
            orders += 1
        }
        guard precision + recall > 0 else { return 0 }
        (precision, recall) = (precision / orders, recall / orders)
        return (1 + beta * beta) * precision * recall / (beta * beta * precision + recall)
    }
}
