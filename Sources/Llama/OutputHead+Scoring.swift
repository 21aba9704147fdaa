import Foundation
import Tensors

/// Losses without gradients: all rows see one strip of the vocabulary after the other, so that each strip of W is prepared once.
extension OutputHead {
    /// Rows that are scored at once.
    private static let scoredRows = 2048

    /// −log p of each label after the row of x that `places` names for it. A row's logits are computed once for all its labels.
    func losses(_ x: Matrix, at places: [Int], labels: [Int32]) -> [Double] {
        let order = Array(Set(places)).sorted()
        let ranks = Dictionary(uniqueKeysWithValues: zip(order, 0...))
        var losses = [Double](repeating: 0, count: labels.count)
        for start in stride(from: 0, to: order.count, by: Self.scoredRows) {
            let rows = start..<min(order.count, start + Self.scoredRows)
            let asked = places.indices.compactMap { index -> Asked? in
                guard let rank = ranks[places[index]], rows.contains(rank) else { return nil }
                return Asked(row: rank - start, label: Int(labels[index]), index: index)
            }
            score(x.rows(at: Array(order[rows])), asked, &losses)
        }
        return losses
    }

    private struct Asked {
        /// Of those scored at once.
        let row: Int
        let label: Int
        /// Among all losses.
        let index: Int
    }

    private func score(_ x: Matrix, _ asked: [Asked], _ losses: inout [Double]) {
        let input = LeftOperand(norm.normed(x, arithmetic))
        var sums = [LogSum](repeating: LogSum(), count: x.rows)
        for strip in Self.strips(rows: x.rows, vocabulary: weight.outputs) {
            let stripWeight = strip.count == weight.outputs ? weight : weight.rows(strip)
            let logits = Product.floats(Product.Sum(Product.Term(input, .transposedWeight(stripWeight))))
            // −log p of a strip's first token among the strip, and its logit: their sum is the strip's log Σ e^logit
            let first = CrossEntropyKernel.forward(logits, labels: [Int32](repeating: 0, count: x.rows))
            for row in sums.indices { sums[row].add(first[row] + Double(logits[row, 0])) }
            for one in asked where strip.contains(one.label) {
                losses[one.index] = -Double(logits[one.row, one.label - strip.lowerBound])
            }
        }
        for one in asked { losses[one.index] += sums[one.row].value }
    }

    /// Cuts the vocabulary so that the logits of that many rows fit.
    static func strips(rows: Int, vocabulary: Int) -> [Range<Int>] {
        let width = max(32, chunkSize / max(1, rows) / 32 * 32)
        return stride(from: 0, to: vocabulary, by: width).map { $0..<min(vocabulary, $0 + width) }
    }
}

/// log Σ e^x of parts that are known by their own log-sums.
private struct LogSum {
    private var largest = -Double.infinity
    private var sum = 0.0

    mutating func add(_ part: Double) {
        if part > largest {
            sum = sum * exp(largest - part) + 1
            largest = part
        } else {
            sum += exp(part - largest)
        }
    }

    var value: Double { largest + log(sum) }
}
