import Adapters
import Policies
import StrictJSON
import Testing

@Suite struct MaintenancePlanTests {
    private func facts(_ name: String, trained: String? = "2026-01-31", base: BaseObservation = .unchanged) throws -> AdapterFacts
    {
        let trained = try trained.map { try #require(Timestamp($0)) }
        let adapter = try AdapterName(name)
        return AdapterFacts(
            adapter: adapter, version: trained.map { _ in VersionID(adapter, 3) }, lastTrained: trained, base: base,
            baseIsFloating: false, data: DataFacts(rowsAtTraining: 600, rowsNow: 600))
    }

    /// Written by hand.
    @Test func aPlanIsWrittenInTheContractsWords() throws {
        let policy = try ShippedPolicy.default.load()
        let now = try #require(Timestamp("2026-08-01"))
        let plan = MaintenancePlan(judging: [(try facts("ticket-router", base: .changed([.weights])), policy)], now: now)
        let stamp = policy.stamp.json.text()
        let wanted = #"""
            {"schema":"lora.retrain/1","now":"2026-08-01T00:00:00Z","due":1,"clock_behind":false,"adapters":[\#
            {"adapter":"ticket-router","version":"ticket-router@v3","due":true,\#
            "reasons":["window_closed","base_changed:weights"],\#
            "because":["The retraining window closed on 2026-07-31.","The base changed: its weights."],\#
            "pending":[],"noticed":[],"unchecked":["metric: not measured since release"],"production":null,\#
            "last_trained":"2026-01-31T00:00:00Z",\#
            "window":{"state":"closed","opens":"2026-04-30T00:00:00Z","closes":"2026-07-31T00:00:00Z"},\#
            "next_due":"2026-07-31T00:00:00Z","policy":\#(stamp)}],"unjudged":[],"resting":[]}
            """#
        #expect(plan.json.text() == wanted)
    }

    @Test func whereNobodyKnowsTheTrainingTheWindowCountsFromTheAdoption() throws {
        let policy = try ShippedPolicy.default.load()
        var facts = try facts("ticket-router")
        facts.lastTrained = nil
        facts.adopted = Timestamp("2026-01-31")
        func plan(_ now: String) throws -> RetrainCase {
            MaintenancePlan(judging: [(facts, policy)], now: try #require(Timestamp(now))).cases[0]
        }
        #expect(try !plan("2026-02-01").isDue)
        #expect(try plan("2026-08-01").reasons.map(\.code) == ["window_closed"])
        #expect(try plan("2026-02-01").unchecked.first?.contains("training date: unknown") == true)
        #expect(try plan("2026-02-01").json["last_trained"] == .null)
    }

    /// Checked every day at six: by hand, with the windows of the default policy.
    @Test func aForecastTrainsWhateverIsDueAtTheNextRun() throws {
        let policy = try ShippedPolicy.default.load()
        func run(_ moment: Timestamp) -> Timestamp {
            let six = moment.adding(seconds: 6 * 3_600 - moment.secondOfDay)
            return six < moment ? six.adding(seconds: 86_400) : six
        }
        let adapters = [
            (facts: try facts("old"), policy: policy), (facts: try facts("new", trained: nil), policy: policy),
            (facts: try facts("changed", trained: "2026-05-20", base: .changed([.weights])), policy: policy),
        ]
        let (from, to) = (try #require(Timestamp("2026-06-01")), try #require(Timestamp("2027-02-01")))
        let forecast = MaintenanceForecast(adapters, from: from, to: to, run: run)
        #expect(
            forecast.events.map { "\($0.moment) \($0.adapter) \($0.reasons.map(\.code))" } == [
                "2026-06-01T06:00:00Z new [\"never_trained\"]", "2026-07-31T06:00:00Z old [\"window_closed\"]",
                "2026-08-20T06:00:00Z changed [\"base_changed:weights\"]", "2026-12-01T06:00:00Z new [\"window_closed\"]",
                "2027-01-31T06:00:00Z old [\"window_closed\"]",
            ])
        #expect(MaintenanceForecast(adapters.reversed(), from: from, to: to, run: run) == forecast)
    }

    @Test func theOrderOfTheRegistryLeavesNoTrace() throws {
        let policy = try ShippedPolicy.default.load()
        let now = try #require(Timestamp("2026-06-01"))
        let adapters = try ["b", "a", "B", "c-10", "c-2"].map { (facts: try facts($0), policy: policy) }
        let plan = MaintenancePlan(judging: adapters, now: now)
        #expect(plan.json.data() == MaintenancePlan(judging: adapters.reversed(), now: now).json.data())
        #expect(plan.cases.map(\.facts.adapter.text) == ["B", "a", "b", "c-10", "c-2"])
    }

    @Test func eachAdapterIsJudgedByItsOwnPolicy() throws {
        let now = try #require(Timestamp("2026-08-01"))
        let plan = MaintenancePlan(
            judging: [
                (try facts("a"), try ShippedPolicy.default.load()), (try facts("b"), try ShippedPolicy.frugal.load()),
            ], now: now)
        #expect(plan.cases.map(\.isDue) == [true, false])
        #expect(plan.due.map(\.facts.adapter.text) == ["a"])
    }

    @Test func aBaseThatCouldNotBeSeenIsNotCalledUnchanged() throws {
        let policy = try ShippedPolicy.default.load()
        let now = try #require(Timestamp("2026-06-01"))
        let unseen = RetrainCase(judging: try facts("a", base: .unchecked("the folder is not mounted")), by: policy, now: now)
        #expect(!unseen.isDue)
        #expect(unseen.unchecked.contains("base: the folder is not mounted"))
        let seen = RetrainCase(judging: try facts("a"), by: policy, now: now)
        #expect(!seen.unchecked.contains { $0.hasPrefix("base") })
    }

    @Test func aClockBehindTheLastTrainingIsSaid() throws {
        let judged = RetrainCase(
            judging: try facts("a"), by: try ShippedPolicy.default.load(), now: try #require(Timestamp("2025-01-01")))
        #expect(!judged.isDue)
        #expect(judged.unchecked.contains("clock: the last training lies in its future"))
    }

    /// Over every day of two years: once due by time always due, and never due in the first three months without a break.
    @Test func theWindowIsKeptForEveryStart() throws {
        let policy = try ShippedPolicy.default.load()
        let start = try #require(Timestamp("2027-08-01"))
        for day in 0..<730 {
            let trained = start.adding(seconds: 86_400 * day)
            let adapter = try facts("a", trained: trained.description, base: .changed([.weights, .config]))
            func due(_ now: Timestamp) -> [String] {
                RetrainCase(judging: adapter, by: policy, now: now).reasons.map(\.code)
            }
            let (opens, closes) = (trained.adding(months: 3), trained.adding(months: 6))
            #expect(due(opens.adding(seconds: -1)) == [])
            #expect(due(opens) == ["base_changed:weights", "base_changed:config"])
            #expect(due(closes.adding(seconds: -1)) == ["base_changed:weights", "base_changed:config"])
            #expect(due(closes) == ["window_closed", "base_changed:weights", "base_changed:config"])
            #expect(due(closes.adding(months: 30)) == ["window_closed", "base_changed:weights", "base_changed:config"])
        }
    }

    @Test func nothingElseCountsBeforeTheFirstTraining() throws {
        let policy = try ShippedPolicy.default.load()
        let now = try #require(Timestamp("2026-06-01"))
        let fresh = RetrainCase(judging: try facts("a", trained: nil, base: .changed([.weights])), by: policy, now: now)
        #expect(fresh.reasons.map(\.code) == ["never_trained"])
        #expect(fresh.window == nil && fresh.json["window"] == .null && fresh.json["version"] == .null)
    }
}
