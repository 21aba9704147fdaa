import Adapters
import Metrics

/// Rows parted by what they have in some columns.
public struct RowSlices: Sendable, Hashable {
    public struct Slice: Sendable, Hashable {
        public let name: SliceName
        /// Numbers of its rows, from 0.
        public let rows: [Int]
    }

    /// Columns in the order in which they were asked for; values by their bytes.
    public let slices: [Slice]
    private let rowCount: Int

    public static let none = RowSlices([])

    /// - Parameter columns: of each the values of all rows.
    public init(_ columns: [(name: String, values: [String])]) {
        rowCount = columns.first?.values.count ?? 0
        slices = columns.flatMap { column in
            Dictionary(grouping: column.values.indices) { column.values[$0] }
                .sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
                .map { Slice(name: SliceName(column: column.name, value: $0.key), rows: $0.value) }
        }
    }

    /// None when the answers are to other rows than those that were parted.
    public func scores(of answers: ScoredAnswers, confidence: Double) -> [SliceScore] {
        guard answers.count == rowCount else { return [] }
        return slices.compactMap { slice in
            ErrorInterval(answers.picking(slice.rows), confidence: confidence).map { SliceScore(slice: slice.name, error: $0) }
        }
    }

    /// The first against the second on each slice, p-values corrected for the number of slices; none when the answers are to other rows.
    public func comparisons(_ first: ScoredAnswers, _ second: ScoredAnswers, confidence: Double) -> [SliceComparison] {
        guard first.count == rowCount, second.count == rowCount else { return [] }
        let compared = slices.compactMap { slice in
            PairedComparison(first.picking(slice.rows), second.picking(slice.rows), confidence: confidence)
                .map { (slice.name, $0) }
        }
        return zip(compared, HolmCorrection.adjusted(compared.map(\.1.pValue))).map { pair, adjusted in
            SliceComparison(slice: pair.0, comparison: pair.1, adjustedPValue: adjusted)
        }
    }
}

/// How a system did on the rows of one slice.
public struct SliceScore: Sendable, Hashable {
    public let slice: SliceName
    public let error: ErrorInterval
}
