import Adapters
import StrictJSON

/// What a check that may act begins now, and what waits: a pure function of what is due, of what was tried and spent, and of the clock.
public struct MaintenanceAgenda: Sendable, Hashable {
    /// An adapter that may be due, with what decides whether its training begins.
    public struct Candidate: Sendable {
        public let item: RetrainCase
        public let policy: Policy
        public let attempts: AttemptFacts
        /// Nil where no budget asks for it.
        public let expected: ExpectedExpense?
        /// Whether the evidence says that it should be given up instead.
        public let shouldRetire: Bool
        /// Whether the folder of its base is not what was pinned.
        public let isBaseMoved: Bool

        public init(
            _ item: RetrainCase, policy: Policy, attempts: AttemptFacts, expected: ExpectedExpense? = nil,
            shouldRetire: Bool = false, isBaseMoved: Bool = false
        ) {
            self.isBaseMoved = isBaseMoved
            self.item = item
            self.policy = policy
            self.attempts = attempts
            self.expected = expected
            self.shouldRetire = shouldRetire
        }
    }

    /// Something that is due and does not begin now.
    public struct Waiting: Sendable, Hashable {
        public let item: RetrainCase
        public let obstacle: Obstacle
        /// Where hours or money stand in its way.
        public let expected: ExpectedExpense?

        public init(item: RetrainCase, obstacle: Obstacle, expected: ExpectedExpense? = nil) {
            (self.item, self.obstacle) = (item, obstacle)
            self.expected = obstacle.isOfExpense ? expected : nil
        }

        public var words: String { expected.map { "\(obstacle.words) \($0.words)" } ?? obstacle.words }

        public var json: JSONValue {
            [
                "adapter": .string(item.facts.adapter.text), "obstacle": .string(obstacle.code),
                "because": .string(words), "until": obstacle.until.map { .string("\($0)") } ?? .null,
            ]
        }
    }

    public let now: Timestamp
    /// In the order in which they begin: what was begun before, then what broke, then what is overdue, then the rest.
    public let jobs: [RetrainCase]
    /// What those that are due would take of the hours and the money of a budget, where one limits them.
    public let expected: [AdapterName: ExpectedExpense]
    /// In the same order.
    public let waiting: [Waiting]

    /// - Parameters:
    ///   - spent: by the name of the policy, trainings begun since midnight and the expense of this month, both in UTC.
    ///   - wallClock: of the zone in which quiet hours are meant.
    public init(
        _ candidates: [Candidate], spent: [String: TrainingExpense], now: Timestamp, wallClock: (Timestamp) -> WallClock
    ) {
        self.now = now
        var (jobs, waiting, spent, quiet) = ([RetrainCase](), [Waiting](), spent, [String: Timestamp?]())
        let due = candidates.filter(\.item.isDue).map { (rank: Rank($0), candidate: $0) }.sorted { $0.rank < $1.rank }
        for candidate in due.map(\.candidate) {
            let name = candidate.policy.name
            // adapters of one policy may have set their own hours
            let stamp = candidate.policy.stamp.digest
            let quietUntil = quiet[stamp] ?? candidate.policy.unattended.quietHours.end(at: now, wallClock)
            quiet[stamp] = quietUntil
            let all = spent[name] ?? TrainingExpense()
            if let obstacle = candidate.obstacle(spent: all, quietUntil: quietUntil, now: now) {
                waiting.append(Waiting(item: candidate.item, obstacle: obstacle, expected: candidate.expected))
            } else {
                jobs.append(candidate.item)
                spent[name] = all.adding(candidate)
            }
        }
        (self.jobs, self.waiting) = (jobs, waiting)
        let known = due.map(\.candidate).compactMap { candidate in
            candidate.expected.map { (candidate.item.facts.adapter, $0) }
        }
        expected = Dictionary(known) { $1 }
    }

    /// `lora.agenda/1`.
    public var json: JSONValue {
        [
            "schema": "lora.agenda/1", "now": .string("\(now)"),
            "begin": .array(jobs.map { .string($0.facts.adapter.text) }),
            "waiting": .array(waiting.map(\.json)),
            "expected": .object(JSONObject(expected.sorted { $0.key < $1.key }.map { ($0.key.text, $0.value.json) })),
        ]
    }
}

/// What comes first.
private struct Rank: Comparable {
    private let urgency: Int
    private let since: Timestamp
    private let adapter: AdapterName

    init(_ candidate: MaintenanceAgenda.Candidate) {
        let item = candidate.item
        urgency = candidate.attempts.isUnderWay ? 0 : item.isBroken ? 1 : item.isOverdue ? 2 : 3
        since = item.nextDue
        adapter = item.facts.adapter
    }

    static func < (first: Rank, second: Rank) -> Bool {
        (first.urgency, first.since, first.adapter) < (second.urgency, second.since, second.adapter)
    }
}

extension MaintenanceAgenda.Candidate {
    fileprivate func obstacle(spent: TrainingExpense, quietUntil: Timestamp?, now: Timestamp) -> Obstacle? {
        let rules = policy.unattended
        if attempts.isRunning { return .running }
        if shouldRetire { return .shouldRetire }
        if isBaseMoved, !rules.followsBase { return .basePinned }
        if attempts.isRefused { return .refused }
        if attempts.failed >= rules.attempts { return .personNeeded(attempts: attempts.failed) }
        if let last = attempts.lastEnded, attempts.failed > 0, !attempts.isUnderWay {
            let next = last.adding(rules.retryAfter, times: 1 << min(attempts.failed - 1, 20))
            if now < next { return .retry(after: next) }
        }
        if let quietUntil { return .quietHours(until: quietUntil) }
        if let limit = rules.budget.limit(reached: TrainingExpense(), by: self) { return .beyondBudget(limit) }
        return rules.budget.limit(reached: spent, by: self).map { .budget($0, until: $0.renewal(after: now)) }
    }
}

extension UnattendedRules.Budget {
    /// The limit that a further training would exceed.
    fileprivate func limit(reached spent: TrainingExpense, by candidate: MaintenanceAgenda.Candidate) -> Obstacle.Limit? {
        let after = spent.adding(candidate)
        if let runsPerDay, after.runs > runsPerDay { return .runsPerDay(runsPerDay) }
        if let hoursPerMonth, after.hours > hoursPerMonth || spent.hours >= hoursPerMonth { return .hoursPerMonth(hoursPerMonth) }
        if let moneyPerMonth, after.money > moneyPerMonth || spent.money >= moneyPerMonth { return .moneyPerMonth(moneyPerMonth) }
        return nil
    }
}

extension TrainingExpense {
    /// A training that is gone on with was counted on the day it began.
    fileprivate func adding(_ candidate: MaintenanceAgenda.Candidate) -> TrainingExpense {
        let expected = candidate.expected?.expense ?? TrainingExpense()
        return TrainingExpense(
            runs: runs + (candidate.attempts.isUnderWay ? 0 : 1), hours: hours + expected.hours, money: money + expected.money)
    }
}

extension Obstacle.Limit {
    /// The next midnight, or the first of the next month, in UTC.
    fileprivate func renewal(after now: Timestamp) -> Timestamp {
        let today = now.adding(seconds: -now.secondOfDay)
        if case .runsPerDay = self { return today.adding(seconds: 86_400) }
        return today.adding(seconds: -86_400 * (today.date.day - 1)).adding(months: 1)
    }
}

extension Timestamp {
    fileprivate func adding(_ span: CalendarSpan, times: Int) -> Timestamp {
        let (count, overflows) = span.count.multipliedReportingOverflow(by: times)
        return CalendarSpan(overflows ? CalendarSpan.largestCount : min(count, CalendarSpan.largestCount), span.unit).map(adding)
            ?? .latest
    }
}
