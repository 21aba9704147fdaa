import Adapters

/// What is counted while the years pass.
struct SimulationTally {
    // verdicts
    var asked = 0
    var clear = 0
    var wrongYes = 0
    var wrongNo = 0
    var undecided = 0
    var intervals = 0
    var covering = 0
    // maintenance
    var judgements = 0
    var trainings = 0
    var refused = 0
    var crashed = 0
    var missed = 0
    var doubled = 0
    var unfounded = 0
    var needless = 0
    var retired = 0
    var wronglyRetired = 0
    var byReason: [String: Int] = [:]
    // cost and quality
    var kept = StrategyTally()
    var quarterly = StrategyTally()
    var never = StrategyTally()
}

/// What one way of keeping the fleet costs, and how well it serves; every way counts the same days of the same adapters.
struct StrategyTally {
    var hours = 0.0
    var trainings = 0
    var errorDays = 0.0
    var days = 0

    var meanError: Double { days == 0 ? 0 : errorDays / Double(days) }
}
