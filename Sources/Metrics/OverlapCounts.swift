/// How much two multisets have in common.
struct OverlapCounts: Sendable, Hashable {
    let predicted: Int
    let expected: Int
    let shared: Int

    init<Item: Hashable>(predicted: [Item], expected: [Item]) {
        var left = Dictionary(expected.map { ($0, 1) }, uniquingKeysWith: +)
        var shared = 0
        for item in predicted {
            guard let count = left[item], count > 0 else { continue }
            left[item] = count - 1
            shared += 1
        }
        (self.predicted, self.expected, self.shared) = (predicted.count, expected.count, shared)
    }

    init(predicted: Int, expected: Int, shared: Int) {
        (self.predicted, self.expected, self.shared) = (predicted, expected, shared)
    }

    /// The harmonic mean of precision and recall, `2 P R / (P + R)`; 0 where nothing is shared.
    var f1: Double {
        guard shared > 0 else { return 0 }
        let (precision, recall) = (Double(shared) / Double(predicted), Double(shared) / Double(expected))
        return 2 * precision * recall / (precision + recall)
    }
}

/// All runs of `length` neighbours.
func runs<Item>(of length: Int, in items: [Item]) -> [ArraySlice<Item>] {
    guard length >= 1, items.count >= length else { return [] }
    return (0...items.count - length).map { items[$0..<$0 + length] }
}
