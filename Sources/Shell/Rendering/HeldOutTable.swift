import Lifecycle
import Monitoring

/// What systems scored on held-out rows.
enum HeldOutTable {
    static func table(_ lines: [EvaluateAdapter.Line], confidence: Double) -> Table {
        let isCounted = lines.allSatisfy { $0.score.correct != nil }
        let isWritten = lines.contains { $0.score.endings != nil }
        return Table(
            ["SUBJECT", isCounted ? "ERRORS" : "SCORE", "ROWS", "ERROR", "\(Decimals.percent(confidence)) INTERVAL"]
                + (isWritten ? ["STOPPED", "TOKENS"] : []),
            lines.map { line in
                let endings = [
                    line.score.endings?.stopRate.map(Decimals.percent) ?? "–",
                    line.score.endings?.meanTokens.map { Decimals.text($0, 1) } ?? "–",
                ]
                return [
                    line.subject, isCounted ? "\(line.score.errors)" : Decimals.percent(1 - line.error.value),
                    "\(line.score.rows)", Decimals.percent(line.error.value), span(line.interval),
                ] + (isWritten ? endings : [])
            }, alignsRight: [1, 2, 3, 5, 6])
    }

    static func table(_ slices: [SliceScore], confidence: Double) -> Table {
        Table(
            ["SLICE", "ROWS", "ERROR", "\(Decimals.percent(confidence)) INTERVAL"],
            slices.map {
                [ComparisonWords.name($0.slice), "\($0.error.rows)", Decimals.percent($0.error.value), span($0.error)]
            }, alignsRight: [1, 2])
    }

    private static func span(_ interval: ErrorInterval) -> String {
        "\(Decimals.percent(interval.lower)) – \(Decimals.percent(interval.upper))"
    }
}
