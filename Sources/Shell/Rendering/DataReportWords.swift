import DataDoctor
import Training

/// A data report as people read it.
enum DataReportWords {
    static func lines(_ report: DataReport) -> [String] {
        var lines = [
            "data: \(report.rows) \(report.rows == 1 ? "row" : "rows"), \(report.effectiveRows) effective, \(report.trainableRows) trained on",
            "  tokens: \(report.tokens), \(Decimals.percent(report.supervisedShare)) of them supervised; "
                + "row length median \(report.lengths.median), longest \(report.lengths.maximum)",
        ]
        for finding in DataReport.Finding.allCases {
            let found = finding == .leaked ? report.leakedLines : report.findings[finding] ?? []
            if !found.isEmpty { lines.append("  \(found.count) \(words(finding, found.count)): \(list(found))") }
        }
        if !report.conflicts.isEmpty {
            let places = report.conflicts.prefix(3).map { list($0.lines) }.joined(separator: "; ")
            lines.append(
                "  \(report.conflicts.count) \(report.conflicts.count == 1 ? "input" : "inputs") with different answers: \(places)"
            )
        }
        return lines
    }

    /// What the doctor says beside the report, and how to learn more.
    static func lines(_ remarks: [DataFinding], of subject: String, _ session: Session) -> [String] {
        guard !remarks.isEmpty else { return [] }
        return remarks.map { "  \($0.kind.words($0.lines.count)): \(list($0.lines))" } + [
            "  `\(session.command("data check \(subject)"))` says more"
        ]
    }

    private static func words(_ finding: DataReport.Finding, _ count: Int) -> String {
        switch finding {
        case .empty: "empty"
        case .unlabelled: "without an answer"
        case .overLong: "over-long"
        case .leaked: "also in the held-out set and left out of training"
        case .exactDuplicate: count == 1 ? "exact duplicate" : "exact duplicates"
        case .nearDuplicate: count == 1 ? "near duplicate" : "near duplicates"
        }
    }

    private static func list(_ lines: [Int]) -> String {
        (lines.count == 1 ? "line " : "lines ") + lines.prefix(5).map(String.init).joined(separator: ", ")
            + (lines.count > 5 ? ", …" : "")
    }
}
