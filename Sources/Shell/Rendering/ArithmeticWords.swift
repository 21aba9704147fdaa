import Lifecycle
import Policies

/// Each rule of a verdict worked out, for people.
enum ArithmeticWords {
    static func lines(_ outcome: ShouldFinetune.Outcome, in session: Session) -> [String] {
        let arithmetic = outcome.arithmetic
        var lines = ["", "How policy '\(arithmetic.policy.name)' (\(arithmetic.policy.digest)) came to this:"]
        for part in arithmetic.parts {
            lines.append(part.rule)
            lines += part.evidence.map { "  evidence: \($0)" }
            lines += part.thresholds.map { "  \($0.key) = \($0.value)  (\($0.place(below: session.workingFolder)))" }
            lines += part.steps.map { "    \($0.words)" }
            lines += ["  \(part.conclusion)", "  \(part.flip)"]
        }
        guard let cost = outcome.cost else { return lines }
        lines.append("cost, which decides nothing")
        lines += CostKey.allCases.compactMap { price($0, cost.rates.table, outcome.prices, in: session) }
        return lines + cost.steps.map { "    \($0.words)" }
    }

    /// A number of the cost and who says it.
    private static func price(
        _ key: CostKey, _ table: CostTable, _ settings: [PolicySetting], in session: Session
    ) -> String? {
        guard let entry = table[key] else { return nil }
        let stated = settings.first { $0.key == "costs.\(key.rawValue)" }
        let place = entry.origin == .policy ? stated?.place(below: session.workingFolder) : entry.origin.words
        return "  costs.\(key.rawValue) = \(entry.words)  (\(place ?? "policy"))"
    }
}

/// How far a verdict is from another one, for people.
enum SensitivityWords {
    static func lines(_ sensitivity: Sensitivity) -> [String] {
        let table = Table(
            ["INPUT", "NOW", "LESS", "MORE"],
            sensitivity.lines.filter { $0.value != nil }.map { line in
                [line.input.rawValue, line.value?.words ?? "unknown", words(line.down), words(line.up)]
            })
        return ["", "How far each input is from another verdict, the others staying as they are:"] + table.lines
            + ways(sensitivity)
    }

    private static func words(_ change: Sensitivity.Change?) -> String {
        guard let change else { return "changes nothing" }
        let relative = change.relative.map { ", \(signed(100 * $0)) %" } ?? ""
        let by = change.by.map { " (\(signed($0)) \(change.input.unit)\(relative))" }
        return "\(change.words)\(by ?? ""): \(change.answer.rawValue.replacing("_", with: " "))"
    }

    private static func ways(_ sensitivity: Sensitivity) -> [String] {
        guard sensitivity.answer != .yes else { return [] }
        guard let size = sensitivity.waysToYes.first?.count else {
            return ["No change of these numbers leads to yes; what is needed stands above."]
        }
        let number = size == 1 ? "one change" : size == 2 ? "two changes" : "three changes"
        return ["To yes it takes \(number):"]
            + sensitivity.waysToYes.map { way in
                "  " + way.map { "\($0.input.rawValue) \($0.words)" }.joined(separator: " and ")
            }
    }

    private static func signed(_ value: Double) -> String {
        let rounded = (100 * value).rounded() / 100
        return (rounded > 0 ? "+" : "") + (Int(exactly: rounded).map { "\($0)" } ?? "\(rounded)")
    }
}
