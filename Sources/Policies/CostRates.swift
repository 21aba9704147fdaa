import Adapters

/// What one training costs, and what an adapter costs and saves in a month: a pure function of facts, prices and policy.
public struct CostRates: Sendable, Hashable {
    /// Mean months from one training to the next, by the policy's window: in the middle of it, and at its ends, but never less than a day.
    public struct Cycle: Sendable, Hashable {
        public let expected: Double
        public let shortest: Double
        public let longest: Double

        init(_ rules: RetrainingRules) {
            let day = 1 / CalendarSpan.daysOfMonth
            shortest = max(day, rules.opens.meanMonths)
            longest = max(day, rules.closes.meanMonths)
            expected = (shortest + longest) / 2
        }
    }

    public enum Basis: String, Sendable, Hashable {
        case measured, estimated
    }

    /// A forward pass is a third of the work of a training step, whose backward pass is twice as much.
    static let measuringSpeed = 3.0

    public let currency: Currency
    public let table: CostTable
    public let facts: CostFacts
    /// Of one training.
    public let machineHours: Double
    public let basis: Basis
    /// Of the machine, for one training.
    public let machineCost: Double
    /// Of one training, a person's hours included.
    public let training: Double
    public let begin: Double
    public let evaluationMonth: Double
    /// Of one version for a month.
    public let storageMonth: Double
    public let servingMonth: Double
    /// Nil where nobody says what the adapter saves.
    public let benefitMonth: Double?
    public let cycle: Cycle
    /// Versions whose weights stay.
    public let keptVersions: Int

    public init(_ facts: CostFacts, _ table: CostTable, by policy: Policy) {
        func price(_ key: CostKey) -> Double { table.value(key) }
        let examples = Double(facts.effectiveExamples ?? 0) * price(.tokensPerExample)
        let tokens = facts.trainingTokens.map(Double.init) ?? examples
        (currency, self.table, self.facts) = (table.currency, table, facts)
        basis = facts.measured == nil ? .estimated : .measured
        machineHours = facts.measured?.hours ?? tokens / price(.tokensPerSecond) / 3_600
        machineCost = machineHours * price(.machineHour)
        training = machineCost + price(.hoursPerTraining) * price(.engineerHour)
        begin = price(.hoursToBegin) * price(.engineerHour)
        let measuring = Double(facts.heldOutTokens ?? 0) / (Self.measuringSpeed * price(.tokensPerSecond)) / 3_600
        evaluationMonth = price(.evaluationsPerMonth) * measuring * price(.machineHour)
        storageMonth = (facts.bytes.map { Double($0) / 1e9 } ?? price(.adapterGigabytes)) * price(.gigabyteMonth)
        servingMonth = price(.servingMonth)
        // requests alone save nothing, nor do tokens: half of a product is not known
        let isStated = table[.hoursPerMonth] != nil || table[.requestsPerDay] != nil && table[.promptTokensSaved] != nil
        benefitMonth = isStated ? Self.benefit(table) : nil
        cycle = Cycle(policy.retraining)
        keptVersions = policy.prune.keepLast
    }

    /// `requests · days of a month · tokens saved / 10⁶ · price + hours · price`
    private static func benefit(_ table: CostTable) -> Double {
        table.value(.requestsPerDay) * CalendarSpan.daysOfMonth * table.value(.promptTokensSaved) / 1e6
            * table.value(.millionInputTokens) + table.value(.hoursPerMonth) * table.value(.engineerHour)
    }

    /// What keeping up what exists costs in a month: a training's share of its cycle, evaluation, storage, serving.
    public var upkeepMonth: Double {
        training / cycle.expected + evaluationMonth + Double(keptVersions) * storageMonth + servingMonth
    }

    /// Retrainings within so many months: one at the end of each cycle that ends before them.
    func retrainings(in months: Double, every cycle: Double) -> Int {
        // 9 / 4.5 is 2, whatever the last bits say
        return max(0, Int((months / cycle - 1e-9).rounded(.up)) - 1)
    }

    /// All that was spent after so many months, with one retraining at the end of each cycle.
    func spent(after months: Double, every cycle: Double) -> Double {
        let retrainings = retrainings(in: months, every: cycle)
        return begin + Double(1 + retrainings) * training + months * (evaluationMonth + servingMonth)
            + storage(months, every: cycle, retrainings)
    }

    /// Each version is kept from its training on, until `keptVersions` later ones stand: `Σ min(months − i · cycle, kept · cycle)` over the
    /// trainings i, of which those up to `months / cycle − kept` reach their whole time.
    private func storage(_ months: Double, every cycle: Double, _ retrainings: Int) -> Double {
        let (count, kept) = (retrainings + 1, Double(keptVersions))
        let whole = min(count, max(0, Int((months / cycle - kept).rounded(.down)) + 1))
        let rest = Double(count - whole)
        let indices = rest * Double(whole + count - 1) / 2
        return (Double(whole) * kept * cycle + rest * months - indices * cycle) * storageMonth
    }
}
