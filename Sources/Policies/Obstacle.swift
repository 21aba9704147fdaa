import Adapters

/// Why a training that is due does not begin.
public enum Obstacle: Sendable, Hashable {
    case running
    case shouldRetire
    /// The folder of its base is not what was pinned, and a person must say that it is meant.
    case basePinned
    /// The gate refused what this training gives.
    case refused
    /// So many trainings failed.
    case personNeeded(attempts: Int)
    case retry(after: Timestamp)
    case quietHours(until: Timestamp)
    case budget(Limit, until: Timestamp)
    /// One such training takes more than a whole budget.
    case beyondBudget(Limit)

    /// A limit of a budget, as its policy gives it.
    public enum Limit: Sendable, Hashable {
        case runsPerDay(Int)
        case hoursPerMonth(Double)
        case moneyPerMonth(Double)
    }

    public var code: String {
        switch self {
        case .running: "running"
        case .shouldRetire: "should_retire"
        case .basePinned: "base_pinned"
        case .refused: "refused"
        case .personNeeded: "person_needed"
        case .retry: "retry"
        case .quietHours: "quiet_hours"
        case .budget(let limit, _), .beyondBudget(let limit): limit.code
        }
    }

    /// From when it does not stand in the way any more; nil when time alone does not take it away.
    public var until: Timestamp? {
        switch self {
        case .running, .shouldRetire, .basePinned, .refused, .personNeeded, .beyondBudget: nil
        case .retry(let moment), .quietHours(let moment), .budget(_, let moment): moment
        }
    }

    public var words: String {
        switch self {
        case .running: "It is being trained already."
        case .shouldRetire: "The evidence says to give it up instead; `lora should-retire` shows it."
        case .personNeeded(let attempts): "\(counted(attempts, "training")) failed; a person must look."
        case .basePinned: "Its base is not what was pinned; `lora base add --replace` pins it anew."
        case .refused: "The gate refused its candidate, and the same data and base would give the same one."
        case .retry(let moment): "The last training failed; the next may begin at \(moment)."
        case .quietHours(let moment): "These are quiet hours until \(moment)."
        case .budget(.runsPerDay(let limit), _): "The budget is \(counted(limit, "training")) a day."
        case .budget(.hoursPerMonth(let limit), _): "The budget of \(amount(limit)) hours a month leaves too little for it."
        case .budget(.moneyPerMonth(let limit), _): "The budget of \(amount(limit)) a month leaves too little for it."
        case .beyondBudget(.runsPerDay): "The budget allows no training at all."
        case .beyondBudget(.hoursPerMonth(let limit)):
            "One training takes more than the budget of \(amount(limit)) hours a month."
        case .beyondBudget(.moneyPerMonth(let limit)):
            "One training costs more than the budget of \(amount(limit)) a month."
        }
    }
}

extension Obstacle {
    /// As the policy has it, to a millionth.
    private func amount(_ limit: Double) -> String { limit < 0.001 ? RuleValue.ratio(limit).words : sixDecimals(limit) }

    /// Whether hours or money stand in the way.
    var isOfExpense: Bool {
        switch self {
        case .budget(.hoursPerMonth, _), .budget(.moneyPerMonth, _), .beyondBudget(.hoursPerMonth), .beyondBudget(.moneyPerMonth):
            true
        default: false
        }
    }
}

extension Obstacle.Limit {
    fileprivate var code: String {
        switch self {
        case .runsPerDay: "runs_per_day"
        case .hoursPerMonth: "hours_per_month"
        case .moneyPerMonth: "money_per_month"
        }
    }
}
