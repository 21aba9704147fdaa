import Adapters
import Lifecycle
import Monitoring

/// Two systems held against each other, in words and tables of 80 columns.
enum ComparisonWords {
    private static let longestName = 28

    static func test(_ comparison: PairedComparison) -> String {
        switch comparison.test {
        case .mcNemar: "McNemar's test"
        case .exchange: "Exchange of rows"
        }
    }

    static func lines(_ outcome: CompareVersions.Outcome) -> [String] {
        let comparison = outcome.comparison
        return [verdict(outcome)]
            + [
                "  \(span(comparison))", "  \(test(comparison)): p = \(PValueWords.text(comparison.pValue)).", rows(comparison),
                "  \(floor(outcome))",
            ]
            .compactMap(\.self)
    }

    private static func floor(_ outcome: CompareVersions.Outcome) -> String {
        guard let noise = outcome.noise else {
            return "Noise floor: unknown, since another program scores the answers; --repeats 3 measures it."
        }
        guard noise.repeats > 1 else { return "Noise floor: 0; answers are the likeliest tokens, the same each time." }
        let isWithin = noise.range > 0 && abs(outcome.comparison.difference) <= noise.range
        return "Noise floor: \(points(noise.range)) over \(noise.repeats) repeats, "
            + "\(Decimals.percent(noise.changedRows)) of the rows scored otherwise."
            + (isWithin ? " The difference lies within it." : "")
    }

    /// One line: the finding, who against whom, by how much, and the slices in which it is otherwise.
    private static func verdict(_ outcome: CompareVersions.Outcome) -> String {
        let comparison = outcome.comparison
        let (first, second) = (outcome.first.subject, outcome.second.subject)
        let worse = outcome.slices.filter { $0.finding == .worse }.map { name($0.slice) }
        let except = worse.isEmpty ? "" : "; worse in \(worse.joined(separator: ", "))"
        let distance = points(abs(comparison.difference))
        return switch comparison.finding {
        case .better: "Better: \(first) errs \(distance) less than \(second)\(except)."
        case .worse: "Worse: \(first) errs \(distance) more than \(second)\(except)."
        case .indistinguishable where comparison.difference == 0: "No difference: both err alike\(except)."
        case .indistinguishable: "Not to be told apart: \(distance) may be chance\(except)."
        }
    }

    private static func span(_ comparison: PairedComparison) -> String {
        let ends = [comparison.lower, comparison.upper].map { Decimals.text(100 * $0, 2) }.joined(separator: " to ")
        return "\(Decimals.percent(comparison.confidence)) interval \(ends) points; above 0 the first is better."
    }

    private static func rows(_ comparison: PairedComparison) -> String? {
        guard !comparison.isSignificant else { return nil }
        return comparison.rowsNeeded.map { "  About \(counted($0, "row")) would show a difference of this size." }
    }

    static func table(_ slices: [SliceComparison], first: String, second: String) -> Table {
        Table(
            ["SLICE", "ROWS", first, second, "POINTS", "P (HOLM)", ""],
            slices.map { slice in
                let comparison = slice.comparison
                return [
                    name(slice.slice), "\(comparison.rows)", Decimals.percent(comparison.first),
                    Decimals.percent(comparison.second),
                    signed(comparison.difference), PValueWords.text(slice.adjustedPValue),
                    slice.finding == .indistinguishable ? "" : slice.finding.rawValue,
                ]
            }, alignsRight: [1, 2, 3, 4, 5])
    }

    /// Cut so that a table fits.
    static func name(_ slice: SliceName) -> String {
        let text = "\(slice.column)=\(slice.value)".replacing("\n", with: " ")
        return text.count <= longestName ? text : text.prefix(longestName - 1) + "…"
    }

    private static func signed(_ share: Double) -> String { (share > 0 ? "+" : "") + Decimals.text(100 * share, 2) }

    static func points(_ share: Double) -> String { "\(Decimals.text(100 * share, 2)) points" }
}
