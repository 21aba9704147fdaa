import Adapters
import Foundation
import Policies
import StrictYAML
import Testing

@Suite struct MaintenanceAgendaTests {
    private let now = "2026-08-03T05:00:00Z"  // a Monday

    private func candidate(
        _ name: String, _ policy: ShippedPolicy = .default, trained: String? = "2026-01-31", base: BaseObservation = .unchanged,
        attempts: AttemptFacts = AttemptFacts(), hours: Double = 0, money: Double = 0, shouldRetire: Bool = false,
        now: String? = nil
    ) throws -> MaintenanceAgenda.Candidate {
        let adapter = try AdapterName(name)
        let trained = try trained.map { try #require(Timestamp($0)) }
        let facts = AdapterFacts(
            adapter: adapter, version: trained.map { _ in VersionID(adapter, 1) }, lastTrained: trained, base: base,
            baseIsFloating: true)
        let policy = try policy.load()
        let moment = try #require(Timestamp(now ?? self.now))
        return MaintenanceAgenda.Candidate(
            RetrainCase(judging: facts, by: policy, now: moment), policy: policy, attempts: attempts,
            expected: ExpectedExpense(
                TrainingExpense(runs: 1, hours: hours, money: money), basis: .measured, currency: policy.costs.currency),
            shouldRetire: shouldRetire)
    }

    private func agenda(
        _ candidates: [MaintenanceAgenda.Candidate], spent: [String: TrainingExpense] = [:], now: String? = nil
    ) throws -> MaintenanceAgenda {
        MaintenanceAgenda(candidates, spent: spent, now: try #require(Timestamp(now ?? self.now))) { moment in
            WallClock(weekday: (moment.date.daysSinceEpoch + 4) % 7, minute: moment.secondOfDay / 60)
        }
    }

    private func names(_ agenda: MaintenanceAgenda) -> [String] { agenda.jobs.map(\.facts.adapter.text) }

    private func obstacles(_ agenda: MaintenanceAgenda) -> [String] {
        agenda.waiting.map { "\($0.item.facts.adapter) \($0.obstacle.code) \($0.obstacle.until.map { "\($0)" } ?? "–")" }
    }

    @Test func whatWasBegunComesFirstThenWhatBrokeThenWhatIsOverdue() throws {
        let candidates = try [
            candidate("window-open", trained: "2026-04-20", base: .changed([.weights])),
            candidate("overdue-since-july", trained: "2026-01-20"), candidate("overdue-since-june", trained: "2025-12-20"),
            candidate("broken", trained: "2026-07-20", base: .changed([.removed])),
            candidate("begun", trained: "2026-01-25", attempts: AttemptFacts(isUnderWay: true)),
            candidate("not-due", trained: "2026-07-20"),
        ]
        let first = try agenda(candidates)
        #expect(names(first) == ["begun", "broken", "overdue-since-june", "overdue-since-july", "window-open"])
        #expect(try agenda(candidates.reversed()) == first && first.waiting.isEmpty)
    }

    @Test func whatFailsIsTriedLessOftenAndThenNoMore() throws {
        let last = try #require(Timestamp("2026-08-01T05:00:00Z"))
        func obstacles(_ attempts: Int, at now: String, isUnderWay: Bool = false) throws -> [String] {
            let facts = AttemptFacts(failed: attempts, lastEnded: last, isUnderWay: isUnderWay)
            return self.obstacles(try agenda([candidate("a", attempts: facts, now: now)], now: now))
        }
        #expect(try obstacles(1, at: "2026-08-08T04:59:59Z") == ["a retry 2026-08-08T05:00:00Z"])
        #expect(try obstacles(1, at: "2026-08-08T05:00:00Z") == [])
        #expect(try obstacles(2, at: "2026-08-08T05:00:00Z") == ["a retry 2026-08-15T05:00:00Z"])
        #expect(try obstacles(3, at: "2030-01-01T00:00:00Z") == ["a person_needed –"])
        // what stopped halfway is gone on with at once
        #expect(try obstacles(1, at: "2026-08-01T06:00:00Z", isUnderWay: true) == [])
    }

    @Test func theBudgetOfAPolicyHoldsForAllItsAdapters() throws {
        let trained = "2025-10-01"
        func frugal(_ name: String, _ hours: Double = 1, _ money: Double = 1, underWay: Bool = false) throws
            -> MaintenanceAgenda.Candidate
        {
            try candidate(
                name, .frugal, trained: trained, attempts: AttemptFacts(isUnderWay: underWay), hours: hours, money: money)
        }
        let three = try [frugal("a"), frugal("b"), frugal("c"), candidate("other", trained: trained)]
        let fresh = try agenda(three)
        #expect(names(fresh) == ["a", "b", "other"] || names(fresh) == ["other", "a", "b"])
        #expect(obstacles(fresh) == ["c runs_per_day 2026-08-04T00:00:00Z"])
        // two began today already; what they left halfway is no new run
        let later = try agenda(
            [frugal("a"), frugal("b", underWay: true)], spent: ["frugal": TrainingExpense(runs: 2, hours: 3, money: 3)])
        #expect(names(later) == ["b"] && obstacles(later) == ["a runs_per_day 2026-08-04T00:00:00Z"])
        let hours = try agenda([frugal("a", 5)], spent: ["frugal": TrainingExpense(hours: 36)])
        #expect(obstacles(hours) == ["a hours_per_month 2026-09-01T00:00:00Z"])
        let money = try agenda([frugal("a", 0, 0)], spent: ["frugal": TrainingExpense(money: 100)])
        #expect(obstacles(money) == ["a money_per_month 2026-09-01T00:00:00Z"])
        // what no month can hold waits for a person, not for the next month
        let large = try agenda([frugal("a", 41), frugal("b", 1, 101)])
        #expect(obstacles(large).sorted() == ["a hours_per_month –", "b money_per_month –"])
    }

    @Test func nothingBeginsInQuietHoursNorTwiceNorForWhatShouldGo() throws {
        let noon = "2026-08-03T12:00:00Z"
        let quiet = try agenda([candidate("a", .frugal, trained: "2025-10-01", now: noon)], now: noon)
        #expect(quiet.jobs.isEmpty && obstacles(quiet) == ["a quiet_hours 2026-08-03T18:00:00Z"])
        let others = try agenda([
            candidate("running", attempts: AttemptFacts(isRunning: true)), candidate("gone", shouldRetire: true),
            candidate("refused", attempts: AttemptFacts(isRefused: true)),
        ])
        #expect(others.jobs.isEmpty && obstacles(others) == ["gone should_retire –", "refused refused –", "running running –"])
        #expect(others.json["waiting"]?.arrayValue?.count == 3)
    }

    @Test(arguments: [
        ("attempts: 0", "attempts"), ("retry_after: soon", "retry_after"), ("budget: {money_per_month: -5}", "money_per_month"),
        ("budget: {runs_per_dy: 5}", "runs_per_dy"), ("quiet_hours: [at night]", "quiet_hours"), ("promote: perhaps", "promote"),
    ])
    func whatCannotBeMeantIsRefused(_ line: String, _ key: String) throws {
        let text = "schema: lora.policy/1\nextends: default\nname: mine\nsummary: mine\nunattended:\n  \(line)\n"
        let texts = ["mine": text, "default": try String(contentsOf: ShippedPolicy.default.file, encoding: .utf8)]
        let error = #expect(throws: (any Error).self) {
            try PolicyFile(named: "mine", texts: texts).policy { _ in "" }
        }
        #expect("\(try #require(error))".contains(key))
    }
}
