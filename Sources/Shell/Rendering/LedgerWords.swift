import Adapters
import Lifecycle
import Policies
import StrictJSON

/// Verdicts as they were given, a line each.
enum LedgerWords {
    static func table(_ ledger: DecisionLedger) -> Table {
        Table(
            ["#", "WHEN", "QUESTION", "ANSWER", "POLICY", "BY", "FACTS"],
            ledger.entries.map { entry in
                let (decision, verdict) = (entry.decision, entry.decision.verdict)
                return [
                    "\(entry.number)", "\(decision.at)", decision.question.rawValue, decision.answer, policy(decision.policy),
                    decision.madeBy ?? "–", facts(verdict["facts"] ?? verdict),
                ]
            })
    }

    /// The name with the first digits of the digest.
    private static func policy(_ stamp: JSONValue?) -> String {
        guard let name = stamp?["name"]?.stringValue else { return "–" }
        let digest = stamp?["digest"]?.stringValue.map { " \($0.split(separator: ":").last.map { $0.prefix(8) } ?? "")" }
        return name + (digest ?? "")
    }

    private static func facts(_ facts: JSONValue) -> String {
        func rate(_ key: String, _ name: String) -> String? {
            facts[key]?.doubleValue.map { "\(name) \(Decimals.percent($0))" }
        }
        let rows = (facts["rows"] ?? facts["base_error_rows"])?.intValue.map { counted($0, "row") }
        let parts = [
            facts["version"]?.stringValue, facts["run"]?.stringValue, rate("error", "error"), rate("base_error", "base"), rows,
            facts["effective_examples"]?.intValue.map { counted($0, "example") }, facts["horizon"]?.stringValue,
        ]
        let words = parts.compactMap(\.self).joined(separator: ", ")
        return words.isEmpty ? "–" : words
    }
}

/// How advice has held, for people.
enum TrackRecordWords {
    static func lines(_ record: TrackRecord) -> [String] {
        let trained = record.cases.count { $0.outcome != nil }
        let isRepeated = trained > 0 && record.covered.of == 0
        var lines = [
            "\(counted(record.cases.count, "verdict")) on fine-tuning: \(record.count(.yes)) yes, \(record.count(.no)) no, "
                + "\(record.count(.notEnoughEvidence)) not enough evidence; \(trained) followed by a training that was measured."
        ]
        lines += [
            "  right: \(share(record.right)) (yes \(share(record.rightYes, short: true)), no \(share(record.rightNo, short: true)))",
            "  stated intervals that held: \(share(record.covered))\(isRepeated ? "; the base was measured on the same rows" : "")",
        ]
        if let bias = record.bias {
            lines.append("  the base's error was \(signed(bias)) points from what was stated, on average")
        }
        if let gain = record.gain {
            lines.append("  training took the error \(signed(-gain)) points from the base's, on average")
        }
        if record.timed > 0 {
            lines.append(
                "  training hours: \(Decimals.text(record.expectedHours, 2)) expected, \(Decimals.text(record.spentHours, 2)) spent, in "
                    + counted(record.timed, "case"))
        }
        return lines
    }

    private static func share(_ share: TrackRecord.Share, short: Bool = false) -> String {
        guard let interval = share.interval else { return short ? "0 of 0" : "nothing to say yet" }
        let counts = "\(share.count) of \(share.of)"
        return short ? counts : "\(counts), \(Decimals.percent(interval.lower)) to \(Decimals.percent(interval.upper))"
    }

    private static func signed(_ points: Double) -> String { (points > 0 ? "+" : "") + Decimals.text(points, 2) }

    /// Nil where no advice was followed by a training.
    static func table(_ record: TrackRecord) -> Table? {
        let scored = record.cases.filter { $0.outcome != nil }
        guard !scored.isEmpty else { return nil }
        return Table(
            ["ADAPTER", "WHEN", "SAID", "BASE SAID", "BASE LATER", "TRAINED", "RIGHT"],
            scored.map { item in
                [
                    item.adapter.text, "\(item.at.date)", item.answer.rawValue, percent(item.baseError?.value),
                    percent(item.outcome?.baseError.value), percent(item.outcome?.error.value),
                    item.isRight.map { $0 ? "yes" : "no" } ?? "–",
                ]
            })
    }

    private static func percent(_ share: Double?) -> String { share.map(Decimals.percent) ?? "–" }
}
