import Foundation

/// BLEU of a corpus against one reference for each row, in 0 … 1, from counts that are summed over its rows.
///
///     BP · exp(¼ Σ_{n ≤ 4} log p_n),  BP = exp(1 − r/c) where the answers are shorter than the references
///
/// An order without a match has p_n = 1 / (2^k · total_n), k counting such orders (NIST's smoothing, which is called `exp`); a corpus whose
/// answers are all too short for an order scores 0.
/// Sources: K. Papineni et al., "BLEU: a method for automatic evaluation of machine translation" (2002); M. Post, "A call for clarity in
/// reporting BLEU scores" (2018).
enum BLEU {
    static let order = 4
    /// Lengths of answer and reference, matches of each order, n-grams of each order.
    static let countsPerRow = 2 + 2 * order

    static func counts(predicted: String, expected: String) -> [Double] {
        let (ours, theirs) = (BLEUTokens.tokens(predicted), BLEUTokens.tokens(expected))
        let overlaps = (1...order).map {
            OverlapCounts(predicted: runs(of: $0, in: ours), expected: runs(of: $0, in: theirs))
        }
        return ([ours.count, theirs.count] + overlaps.map(\.shared) + overlaps.map(\.predicted)).map(Double.init)
    }

    static func value(_ sums: [Double]) -> Double {
        let (answers, references) = (sums[0], sums[1])
        let (matches, totals) = (sums[2..<2 + order], sums[(2 + order)...])
        guard matches.contains(where: { $0 > 0 }), totals.allSatisfy({ $0 > 0 }) else { return 0 }
        var (logs, halving) = (0.0, 1.0)
        for (match, total) in zip(matches, totals) {
            if match == 0 { halving *= 2 }
            logs += log(match == 0 ? 1 / (halving * total) : match / total)
        }
        return exp(logs / Double(order)) * (answers < references ? exp(1 - references / answers) : 1)
    }
}
