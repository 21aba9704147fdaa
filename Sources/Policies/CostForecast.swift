import Adapters
import StrictJSON

/// What an adapter costs over its horizon, every retraining included, and from which month on it has paid for itself.
public struct CostForecast: Sendable, Hashable {
    public enum BreakEven: Sendable, Hashable {
        /// Within the horizon: from the end of this month on the savings cover all that was spent until then.
        case month(Int)
        /// It would be, were the adapter needed for so long.
        case afterHorizon(Int)
        case never
    }

    /// Months that are looked at beyond the horizon.
    static let farthest = 1_200

    public let rates: CostRates
    public let months: Double
    /// Retrainings within the horizon: in the middle of each window, when each closes, when each opens.
    public let retrainings: Int
    public let fewest: Int
    public let most: Int
    public let total: Double
    public let leastTotal: Double
    public let mostTotal: Double
    public let breakEven: BreakEven

    public init(_ rates: CostRates, over horizon: CalendarSpan) {
        let (months, cycle) = (horizon.meanMonths, rates.cycle)
        (self.rates, self.months) = (rates, months)
        retrainings = rates.retrainings(in: months, every: cycle.expected)
        fewest = rates.retrainings(in: months, every: cycle.longest)
        most = rates.retrainings(in: months, every: cycle.shortest)
        total = rates.spent(after: months, every: cycle.expected)
        leastTotal = rates.spent(after: months, every: cycle.longest)
        mostTotal = rates.spent(after: months, every: cycle.shortest)
        breakEven = Self.breakEven(rates, months)
    }

    /// Nil where nobody says what the adapter saves.
    public var benefit: Double? { rates.benefitMonth.map { $0 * months } }
    public var net: Double? { benefit.map { $0 - total } }

    /// The month after the last one at whose end more was spent than saved.
    private static func breakEven(_ rates: CostRates, _ months: Double) -> BreakEven {
        func isCovered(_ month: Double) -> Bool {
            (rates.benefitMonth ?? 0) * month >= rates.spent(after: month, every: rates.cycle.expected)
        }
        let end = Int(months.rounded(.down))
        // a retraining beyond the horizon is none of its cost
        if isCovered(months) { return .month(((1...max(1, end)).last { $0 <= end && !isCovered(Double($0)) } ?? 0) + 1) }
        let horizon = max(end, 1)
        let farthest = max(horizon + 1, Self.farthest)
        let last = (horizon...farthest).last { !isCovered(Double($0)) } ?? horizon
        return last == farthest ? .never : .afterHorizon(last + 1)
    }

    public var json: JSONValue {
        func number(_ value: Double) -> JSONValue { .number(value.recorded) }
        func optional(_ value: Double?) -> JSONValue { value.map(number) ?? .null }
        return [
            "currency": .string(rates.currency.rawValue), "horizon_months": number(months), "begin": number(rates.begin),
            "training": number(rates.training), "machine_hours_per_training": number(rates.machineHours),
            "machine_hours_are": .string(rates.basis.rawValue), "retrainings": .integer(retrainings),
            "retrainings_fewest": .integer(fewest), "retrainings_most": .integer(most),
            "evaluation_per_month": number(rates.evaluationMonth), "storage_per_version_month": number(rates.storageMonth),
            "serving_per_month": number(rates.servingMonth), "total": number(total), "total_least": number(leastTotal),
            "total_most": number(mostTotal), "upkeep_per_month": number(rates.upkeepMonth),
            "benefit_per_month": optional(rates.benefitMonth), "benefit": optional(benefit), "net": optional(net),
            "break_even": breakEven.json,
            "pays": .string(benefit == nil ? "unknown" : breakEven.name), "table": rates.table.json,
        ]
    }
}

extension CostForecast.BreakEven {
    fileprivate var name: String {
        switch self {
        case .month: "within_horizon"
        case .afterHorizon: "after_horizon"
        case .never: "never"
        }
    }

    /// The month; null for never, and where nobody says what is saved.
    fileprivate var json: JSONValue {
        switch self {
        case .month(let month), .afterHorizon(let month): .integer(month)
        case .never: .null
        }
    }
}
