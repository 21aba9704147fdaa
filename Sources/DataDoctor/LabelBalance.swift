import Similarity
import Training

/// How often each answer of a classification stands in a file.
public struct LabelBalance: Sendable, Hashable {
    public struct Label: Sendable, Hashable {
        public let text: String
        public let rows: Int
    }

    /// The most frequent first.
    public let labels: [Label]

    private static let mostLabels = 50
    /// A label with fewer rows than this share of its fair part is rare.
    private static let rareShare = 0.1

    /// Nil unless the rows choose among a few answers that recur: 2 to 50, ten times as many rows, none longer than 80 bytes.
    init?(_ rows: ExaminedRows) {
        var counts: [TextKey: (place: Int, rows: Int)] = [:]
        for place in 0..<rows.count where rows.fault(place) == nil {
            counts[rows.answerKeys[place], default: (place, 0)].rows += 1
            guard counts.count <= Self.mostLabels else { return nil }
        }
        let total = counts.values.reduce(0) { $0 + $1.rows }
        guard counts.count >= 2, counts.count * 10 <= total, counts.values.allSatisfy({ rows.answers[$0.place].count <= 80 })
        else {
            return nil
        }
        labels = counts.values.map { Label(text: rows.answers.text($0.place), rows: $0.rows) }
            .sorted { ($1.rows, $0.text) < ($0.rows, $1.text) }
    }

    public var rows: Int { labels.reduce(0) { $0 + $1.rows } }

    public var rare: [Label] {
        let fair = Double(rows) / Double(labels.count)
        return labels.filter { Double($0.rows) < Self.rareShare * fair }
    }
}
