import Adapters
import Lifecycle
import Policies

/// What an adapter costs, for people.
enum CostWords {
    static func lines(_ cost: AdapterCost) -> [String] {
        let rates = cost.verdict.rates
        let money = rates.money
        let spent = cost.spent
        return [
            "\(answer(cost.verdict.answer)) (\(cost.adapter))",
            "  upkeep \(money(rates.upkeepMonth)) a month: training \(money(rates.training / rates.cycle.expected)), evaluation "
                + "\(money(rates.evaluationMonth)), storage \(money(Double(rates.keptVersions) * rates.storageMonth)), serving "
                + money(rates.servingMonth),
            "  benefit \(rates.benefitMonth.map { "\(money($0)) a month" } ?? unknownBenefit)",
            "  one training \(money(rates.training)), \(hours(rates)); the next one in a cycle of "
                + "\(Decimals.text(rates.cycle.expected, 1)) months",
            "  spent so far, whatever is decided: \(counted(spent.runs, "run")), \(RuleValue.ratio(spent.hours).words) machine hours, "
                + money(spent.money),
            "Calculated by policy '\(cost.policy.name)'.",
        ]
    }

    static let unknownBenefit =
        "unknown; say --requests-per-day with --prompt-tokens-saved, or --hours-per-month, or write them under 'costs:'"

    private static func hours(_ rates: CostRates) -> String {
        let hours = "\(RuleValue.ratio(rates.machineHours).words) machine hours"
        return rates.facts.measured.map { "\(hours) (the median of \(counted($0.runs, "run")))" } ?? "\(hours) (estimated)"
    }

    private static func answer(_ answer: UpkeepVerdict.Answer) -> String {
        switch answer {
        case .keep: "Keep it: it saves more than its upkeep."
        case .stop: "Stop maintaining it: its upkeep costs more than it saves."
        case .notEnoughEvidence: "Nobody says what it saves."
        }
    }
}
