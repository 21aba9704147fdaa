/// What was tried already for what an adapter is due for now: trainings since the judged version, on the data and base of today.
public struct AttemptFacts: Sendable, Hashable {
    /// Those that failed.
    public var failed: Int
    /// Whether one gave a candidate that was refused: the same training would give the same weights again.
    public var isRefused: Bool
    /// When the last that failed ended.
    public var lastEnded: Timestamp?
    /// Whether one stopped halfway and can be gone on with.
    public var isUnderWay: Bool
    /// Whether somebody trains the adapter at this moment.
    public var isRunning: Bool

    public init(
        failed: Int = 0, isRefused: Bool = false, lastEnded: Timestamp? = nil, isUnderWay: Bool = false, isRunning: Bool = false
    ) {
        self.failed = failed
        self.isRefused = isRefused
        self.lastEnded = lastEnded
        self.isUnderWay = isUnderWay
        self.isRunning = isRunning
    }
}

/// What trainings took or will take; of a policy's adapters together, what is spent of its budget.
public struct TrainingExpense: Sendable, Hashable {
    /// Trainings begun.
    public var runs: Int
    public var hours: Double
    /// In the currency of the policy's prices.
    public var money: Double

    public init(runs: Int = 0, hours: Double = 0, money: Double = 0) {
        self.runs = runs
        self.hours = hours
        self.money = money
    }

    public mutating func add(_ other: TrainingExpense) {
        runs += other.runs
        hours += other.hours
        money += other.money
    }
}
