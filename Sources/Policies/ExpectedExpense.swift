import Adapters
import StrictJSON

/// What an unattended training of an adapter is going to take of its policy's budget: the machine's hours and their price.
public struct ExpectedExpense: Sendable, Hashable {
    public enum Basis: String, Sendable, Hashable {
        /// The median of the runs that finished.
        case measured
        /// By plan, data and prices; no run has finished yet.
        case estimated
        /// Plan or data cannot be read.
        case unknown
    }

    public let expense: TrainingExpense
    public let basis: Basis
    public let currency: Currency
    private let because: String?

    public init(_ expense: TrainingExpense, basis: Basis, currency: Currency) {
        (self.expense, self.basis, self.currency, because) = (expense, basis, currency, nil)
    }

    public init(_ rates: CostRates) {
        self.init(
            TrainingExpense(runs: 1, hours: rates.machineHours, money: rates.machineCost),
            basis: rates.basis == .measured ? .measured : .estimated, currency: rates.currency)
    }

    public init(unknownBecause words: String, currency: Currency) {
        (expense, basis, self.currency, because) = (TrainingExpense(runs: 1), .unknown, currency, words)
    }

    public var words: String {
        let amounts =
            "\(RuleValue.ratio(expense.hours).words) hours and \(RuleValue.ratio(expense.money).words) \(currency.rawValue)"
        return switch basis {
        case .measured: "A training takes \(amounts), by the runs that finished."
        case .estimated: "A training takes about \(amounts): an estimate from plan and data, since none has finished yet."
        case .unknown: "What a training takes cannot be estimated: \(because ?? "")"
        }
    }

    public var json: JSONValue {
        ["hours": .number(expense.hours.recorded), "money": .number(expense.money.recorded), "is": .string(basis.rawValue)]
    }
}
