import Training

/// A data report as people read it.
enum DataReportWords {
    static func lines(_ report: DataReport) -> [String] {
        var lines = [
            "data: \(report.rows) rows, \(report.effectiveRows) effective, \(report.trainableRows) trained on",
            "  tokens: \(report.tokens), \(Decimals.percent(report.supervisedShare)) of them supervised; "
                + "row length median \(report.lengths.median), longest \(report.lengths.maximum)",
        ]
        for finding in DataReport.Finding.allCases {
            let found = finding == .leaked ? report.leakedLines : report.findings[finding] ?? []
            if !found.isEmpty { lines.append("  \(found.count) \(words(finding)): lines \(list(found))") }
        }
        if !report.conflicts.isEmpty {
            let places = report.conflicts.prefix(3).map { "lines " + list($0.lines) }.joined(separator: "; ")
            lines.append("  \(report.conflicts.count) inputs with different answers: \(places)")
        }
        return lines
    }

    private static func words(_ finding: DataReport.Finding) -> String {
        switch finding {
        case .empty: "empty"
        case .unlabelled: "without an answer"
        case .overLong: "over-long"
        case .leaked: "also in the held-out set and left out of training"
        case .exactDuplicate: "exact duplicates"
        case .nearDuplicate: "near duplicates"
        }
    }

    private static func list(_ lines: [Int]) -> String {
        lines.prefix(5).map(String.init).joined(separator: ", ") + (lines.count > 5 ? ", …" : "")
    }
}
