import Adapters
import Policies

/// What is counted while the years pass.
public struct SimulationTally: Sendable {
    // verdicts
    public internal(set) var asked = 0
    public internal(set) var clear = 0
    public internal(set) var wrongYes = 0
    public internal(set) var wrongNo = 0
    public internal(set) var undecided = 0
    public internal(set) var intervals = 0
    public internal(set) var covering = 0
    // maintenance
    public internal(set) var judgements = 0
    public internal(set) var trainings = 0
    public internal(set) var refused = 0
    public internal(set) var crashed = 0
    public internal(set) var failed = 0
    /// So often a policy's attempts were used up, and a person was asked.
    public internal(set) var handedOver = 0
    /// Trainings begun sooner after a failure, or oftener, than the policy says.
    public internal(set) var hasty = 0
    public internal(set) var missed = 0
    public internal(set) var doubled = 0
    public internal(set) var unfounded = 0
    public internal(set) var needless = 0
    public internal(set) var retired = 0
    public internal(set) var wronglyRetired = 0
    public internal(set) var byReason: [String: Int] = [:]
    /// By the code of the obstacle, on how many days an adapter waited.
    public internal(set) var waiting: [String: Int] = [:]
    var expenses = ExpensesByDate()
    // cost and quality
    var kept = StrategyTally()
    var quarterly = StrategyTally()
    var never = StrategyTally()
}

/// What trainings took, by the calendar.
struct ExpensesByDate: Sendable {
    private(set) var days: [CivilDate: Int] = [:]
    private(set) var months: [Int: TrainingExpense] = [:]

    mutating func add(_ expense: TrainingExpense, on date: CivilDate) {
        days[date, default: 0] += 1
        months[12 * date.year + date.month, default: TrainingExpense()].add(expense)
    }

    var money: Double { months.values.reduce(0) { $0 + $1.money } }

    /// Days and months in which more was begun than a budget allows.
    func overspent(_ budget: UnattendedRules.Budget) -> Int {
        let days = days.values.count { $0 > budget.runsPerDay ?? .max }
        let months = months.values.count {
            $0.hours > (budget.hoursPerMonth ?? .infinity) + 1e-6 || $0.money > (budget.moneyPerMonth ?? .infinity) + 1e-6
        }
        return days + months
    }
}

/// What one way of keeping the fleet costs, and how well it serves; every way counts the same days of the same adapters.
struct StrategyTally: Sendable {
    var hours = 0.0
    var trainings = 0
    var errorDays = 0.0
    var days = 0

    var meanError: Double { days == 0 ? 0 : errorDays / Double(days) }
}
