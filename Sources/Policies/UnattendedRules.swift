import Adapters

/// What maintenance may do when nobody watches.
public struct UnattendedRules: Sendable, Hashable {
    /// Whether a candidate that passed its gate goes into production without a person.
    public let promotes: Bool
    /// Whether a base whose folder has changed is pinned anew before the training, instead of waiting for a person.
    public let followsBase: Bool
    /// So many trainings of one cause may fail before a person must look.
    public let attempts: Int
    /// From one such attempt to the next; twice as long after each further one.
    public let retryAfter: CalendarSpan
    public let budget: Budget
    /// In which no training begins.
    public let quietHours: [QuietHours]

    /// What the trainings of all adapters of one policy may take; nil where there is no limit.
    public struct Budget: Sendable, Hashable {
        /// Trainings begun in a day.
        public let runsPerDay: Int?
        /// Hours of training in a month.
        public let hoursPerMonth: Double?
        /// In the currency of the policy's prices.
        public let moneyPerMonth: Double?

        public init(runsPerDay: Int? = nil, hoursPerMonth: Double? = nil, moneyPerMonth: Double? = nil) {
            self.runsPerDay = runsPerDay
            self.hoursPerMonth = hoursPerMonth
            self.moneyPerMonth = moneyPerMonth
        }
    }
}

/// When an adapter is no longer worth its upkeep. A rule that is nil never says so.
public struct RetirementRules: Sendable, Hashable {
    /// The base alone errs on no more than this share of the rows.
    public let baseErrorAtMost: Double?
    /// The version's error lies below the base's by less than this.
    public let advantageBelow: Double?
    /// The horizon that the adapter was declared with has passed.
    public let afterHorizon: Bool
    /// Of the intervals around what was measured.
    public let confidence: Double
}
