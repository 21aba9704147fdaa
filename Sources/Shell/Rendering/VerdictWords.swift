import Adapters
import Lifecycle

/// A verdict as people read it: the answer, each rule with its mark, what would change it, what to do.
enum VerdictWords {
    static func lines(_ outcome: ShouldFinetune.Outcome) -> [String] {
        let verdict = outcome.verdict
        var lines = ["\(answer(verdict.answer))\(outcome.adapter.map { " (\($0))" } ?? "")"]
        for rule in verdict.rules { lines += self.lines(rule) }
        lines += verdict.alternatives.map { "instead: \($0.words)" }
        lines += verdict.needs.map { "needed: \($0.words)" }
        lines += verdict.signals.map { "signal: \($0.words)\($0.favours ? " Speaks for fine-tuning." : "")" }
        if let cost = outcome.cost { lines.append("cost: \(cost.words)") }
        if outcome.isReused { lines.append("The base error is earlier evidence; nothing it depends on has changed.") }
        return lines + ["Judged by policy '\(verdict.policy.name)'."]
    }

    static func lines(_ rule: RuleOutcome) -> [String] {
        ["  \(mark(rule.finding)) \(rule.reason)", "      \(rule.flip.words)"]
    }

    /// Every rule of a refusing gate, and the rows that speak most against the candidate.
    static func lines(refused verdict: GateVerdict) -> [String] { verdict.rules.flatMap(lines) + worst(of: verdict) }

    static func worst(of verdict: GateVerdict) -> [String] {
        guard !verdict.worst.isEmpty else { return [] }
        return ["The rows where it loses most:"] + verdict.worst.flatMap(lines)
    }

    private static func lines(_ row: WorstRow) -> [String] {
        func points(_ score: Double) -> String { RuleValue.ratio(score).words }
        let rival = row.rivalScore.map { " beside \(points($0))" } ?? ""
        let head = "  \(row.of), line \(row.line): scores \(points(row.score))\(rival)"
        guard let expected = row.expected, let answered = row.answered else { return [head] }
        return [head, "      wanted \(quoted(expected)), answered \(quoted(answered))"]
    }

    private static func quoted(_ text: String) -> String {
        let line = text.replacing("\n", with: " ")
        return "\"\(line.count > 60 ? line.prefix(59) + "…" : line)\""
    }

    private static func answer(_ answer: Verdict.Answer) -> String {
        switch answer {
        case .yes: "Yes: fine-tune."
        case .no: "No: do not fine-tune."
        case .notEnoughEvidence: "Not enough evidence."
        }
    }

    private static func mark(_ finding: RuleOutcome.Finding) -> String {
        switch finding {
        case .passed: "✓"
        case .failed: "✗"
        case .unsettled, .missing: "?"
        }
    }
}
