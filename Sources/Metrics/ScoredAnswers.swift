/// What each row's answer adds to the value of a metric, so that the value of any rows, drawn or chosen, can be computed again.
public struct ScoredAnswers: Sendable, Hashable {
    /// How rows make a value.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// The share of rows that are right.
        case rightOrWrong = "right_or_wrong"
        /// The mean of scores in 0 … 1.
        case mean
        /// Counts that are summed before the formula is applied.
        case bleu
        case chrF = "chrf"
        /// Classes that are counted before the formula is applied.
        case macroF1 = "macro_f1"
    }

    public let kind: Kind
    /// One list for each row: a score; counts; or the numbers of the expected and the predicted class, −1 for none.
    public let rows: [[Double]]
    private let width: Int
    /// All lists, one after the other.
    private let flat: [Double]
    private let classes: Int

    /// Nil unless every row has what its kind needs.
    public init?(_ kind: Kind, rows: [[Double]]) {
        width = kind.width
        guard rows.allSatisfy({ kind.accepts($0) }) else { return nil }
        (self.kind, self.rows, flat) = (kind, rows, rows.flatMap(\.self))
        classes = kind == .macroF1 ? Int(flat.max() ?? -1) + 1 : 0
    }

    public init(correct: [Bool]) {
        (kind, width, classes) = (.rightOrWrong, 1, 0)
        flat = correct.map { $0 ? 1 : 0 }
        rows = flat.map { [$0] }
    }

    public var count: Int { rows.count }

    /// Which rows are right; nil for metrics that score answers otherwise.
    public var correct: [Bool]? { kind == .rightOrWrong ? flat.map { $0 == 1 } : nil }

    /// The value of each row alone, in 0 … 1; by macro F1 whether the class is the right one.
    public var scores: [Double] {
        switch kind {
        case .rightOrWrong, .mean: flat
        case .bleu: rows.map(BLEU.value)
        case .chrF: rows.map(ChrF.value)
        case .macroF1: rows.map { $0[0] == $0[1] ? 1 : 0 }
        }
    }

    /// The metric's value over all rows, in 0 … 1; nil without rows.
    public var value: Double? { rows.isEmpty ? nil : value(of: Array(rows.indices)) }

    /// The value over chosen rows, which may be chosen more than once.
    ///
    /// - Precondition: at least one row.
    public func value(of chosen: [Int]) -> Double {
        precondition(!chosen.isEmpty, "a value of rows")
        if kind == .macroF1 {
            return MacroF1.value(
                chosen.lazy.map { (expected: Int(flat[2 * $0]), predicted: Int(flat[2 * $0 + 1])) }, classes: classes)
        }
        var sums = [Double](repeating: 0, count: width)
        for row in chosen { add(row, to: &sums) }
        return value(sums, rows: chosen.count)
    }

    /// What both values are when the rows that `isExchanged` marks are given to the other.
    ///
    /// - Precondition: both are of one kind and of as many rows.
    public static func exchanging(
        _ first: ScoredAnswers, _ second: ScoredAnswers, _ isExchanged: [Bool]
    ) -> (first: Double, second: Double) {
        precondition(
            first.kind == second.kind && first.count == second.count && first.count == isExchanged.count, "the same rows")
        if first.kind == .macroF1 {
            let classes = max(first.classes, second.classes)
            func value(_ own: ScoredAnswers, _ other: ScoredAnswers) -> Double {
                let rows = isExchanged.indices.lazy.map { row in
                    let from = isExchanged[row] ? other.flat : own.flat
                    return (expected: Int(from[2 * row]), predicted: Int(from[2 * row + 1]))
                }
                return MacroF1.value(rows, classes: classes)
            }
            return (value(first, second), value(second, first))
        }
        var (own, others) = ([Double](repeating: 0, count: first.width), [Double](repeating: 0, count: first.width))
        for (row, isExchanged) in isExchanged.enumerated() {
            (isExchanged ? second : first).add(row, to: &own)
            (isExchanged ? first : second).add(row, to: &others)
        }
        return (first.value(own, rows: first.count), first.value(others, rows: first.count))
    }

    /// The rows in other order, or some of them.
    public func picking(_ chosen: [Int]) -> ScoredAnswers {
        ScoredAnswers(kind: kind, width: width, classes: classes, rows: chosen.map { rows[$0] })
    }

    /// Rows that were not answered at all are wrong, whatever an empty answer is worth. Counts of nothing are none already.
    public func withoutCredit(for unanswered: [Int]) -> ScoredAnswers {
        guard width == 1 else { return self }
        var rows = rows
        for row in unanswered { rows[row] = [0] }
        return ScoredAnswers(kind: kind, width: width, classes: classes, rows: rows)
    }

    private init(kind: Kind, width: Int, classes: Int, rows: [[Double]]) {
        (self.kind, self.width, self.classes, self.rows, flat) = (kind, width, classes, rows, rows.flatMap(\.self))
    }

    private func add(_ row: Int, to sums: inout [Double]) {
        for place in 0..<width { sums[place] += flat[row * width + place] }
    }

    private func value(_ sums: [Double], rows: Int) -> Double {
        switch kind {
        case .rightOrWrong, .mean: sums[0] / Double(rows)
        case .bleu: BLEU.value(sums)
        case .chrF: ChrF.value(sums)
        case .macroF1: preconditionFailure("classes are counted, not summed")
        }
    }
}

extension ScoredAnswers.Kind {
    /// Numbers of each row.
    var width: Int {
        switch self {
        case .rightOrWrong, .mean: 1
        case .bleu: BLEU.countsPerRow
        case .chrF: ChrF.countsPerRow
        case .macroF1: 2
        }
    }

    func accepts(_ row: [Double]) -> Bool {
        guard row.count == width else { return false }
        switch self {
        case .rightOrWrong: return row[0] == 0 || row[0] == 1
        case .mean: return (0...1).contains(row[0])
        case .bleu, .chrF: return row.allSatisfy { $0 >= 0 && $0 <= 1e12 && $0 == $0.rounded() }
        case .macroF1: return row[0] >= 0 && row[1] >= -1 && row.allSatisfy { $0 <= 1e6 && $0 == $0.rounded() }
        }
    }
}
