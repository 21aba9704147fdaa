import StrictJSON

/// Whether what an adapter saves each month pays for keeping it up. What was spent before is spent either way.
public struct UpkeepVerdict: Sendable, Hashable {
    public enum Answer: String, Sendable, Hashable, CaseIterable {
        case keep
        /// Stop maintaining it: its retrainings cost more than it saves.
        case stop
        /// Nobody says what it saves.
        case notEnoughEvidence = "not_enough_evidence"
    }

    public let answer: Answer
    public let rates: CostRates

    public init(_ rates: CostRates) {
        self.rates = rates
        answer = rates.benefitMonth.map { $0 >= rates.upkeepMonth ? .keep : .stop } ?? .notEnoughEvidence
    }

    /// `lora.cost/1`, without the adapter.
    public var json: JSONValue {
        func number(_ value: Double) -> JSONValue { .number(value.recorded) }
        return [
            "verdict": .string(answer.rawValue), "currency": .string(rates.currency.rawValue),
            "upkeep_per_month": number(rates.upkeepMonth),
            "of_which": [
                "training": number(rates.training / rates.cycle.expected), "evaluation": number(rates.evaluationMonth),
                "storage": number(Double(rates.keptVersions) * rates.storageMonth), "serving": number(rates.servingMonth),
            ],
            "benefit_per_month": rates.benefitMonth.map(number) ?? .null, "table": rates.table.json,
        ]
    }
}
