/// The mean of the F1 of every class that occurs among expected or predicted answers.
///
/// An answer that is none of the classes (`nil` predicted) misses its class and is none itself.
enum MacroF1 {
    /// - Parameter rows: numbers of the expected and the predicted class, below 0 for none.
    static func value(_ rows: some Sequence<(expected: Int, predicted: Int)>, classes: Int) -> Double {
        var (hits, expected, predicted) = (
            [Int](repeating: 0, count: classes), [Int](repeating: 0, count: classes), [Int](repeating: 0, count: classes)
        )
        for row in rows {
            expected[row.expected] += 1
            if row.predicted >= 0 { predicted[row.predicted] += 1 }
            if row.expected == row.predicted { hits[row.expected] += 1 }
        }
        let present = (0..<classes).filter { expected[$0] + predicted[$0] > 0 }
        guard !present.isEmpty else { return 0 }
        let sum = present.reduce(0.0) { $0 + 2 * Double(hits[$1]) / Double(expected[$1] + predicted[$1]) }
        return sum / Double(present.count)
    }
}
