import Adapters
import Policies
import Testing

@Suite struct BaseResponseTests {
    /// By hand, from the reactions of the shipped files.
    @Test(
        arguments: [
            (ShippedPolicy.default, Set<BaseChange>(), false, BaseAction.nothing, BaseAction.nothing),
            (.default, [.cosmetic], true, .nothing, .nothing), (.default, [.generationConfig], false, .reVerify, .reVerify),
            (.default, [.chatTemplate], false, .reEvaluate, .reEvaluate), (.default, [.config], false, .retrain, .retrain),
            (.default, [.weights, .cosmetic], false, .retrain, .retrain), (.default, [.tokenizer], false, .retrain, .retrain),
            (.default, [.tokenizer], true, .breaking, .retrain), (.default, [.licence], false, .reVerify, .reVerify),
            (.default, [.licence], true, .breaking, .reVerify), (.default, [.gated], false, .migrate, .migrate),
            (.default, [.endOfLife, .weights], false, .migrate, .migrate), (.default, [.removed], false, .breaking, .migrate),
            (.default, [.removed, .tokenizer], true, .breaking, .migrate),
            (.strict, [.generationConfig], false, .reEvaluate, .reEvaluate),
            (.strict, [.chatTemplate], true, .breaking, .reEvaluate),
            (.frugal, [.config, .chatTemplate], false, .reVerify, .reVerify),
            (.frugal, [.config, .weights], false, .retrain, .retrain),
        ] as [(ShippedPolicy, Set<BaseChange>, Bool, BaseAction, BaseAction)])
    func theGravestActionIsAsked(
        shipped: ShippedPolicy, changes: Set<BaseChange>, isFloating: Bool, action: BaseAction, remedy: BaseAction
    ) throws {
        let response = try shipped.load().response(to: changes, isFloating: isFloating)
        #expect(response.action == action && response.remedy == remedy)
        #expect(response.because.isEmpty == (action == .nothing))
    }

    /// More changes never ask for less.
    @Test(arguments: ShippedPolicy.allCases)
    func anotherChangeNeverAsksForLess(shipped: ShippedPolicy) throws {
        let policy = try shipped.load()
        for first in BaseChange.allCases {
            for second in BaseChange.allCases {
                let both = policy.response(to: [first, second], isFloating: false).action
                #expect(both >= policy.response(to: [first], isFloating: false).action)
            }
        }
    }
}

@Suite struct UpstreamReasonTests {
    private func judge(
        _ changes: [BaseChange: String], endOfLife: String? = nil, looked: String? = "2026-05-01",
        base: BaseObservation = .unchanged,
        now: String, by shipped: ShippedPolicy = .default
    ) throws -> RetrainCase {
        let adapter = try AdapterName("a")
        let upstream = UpstreamFacts(
            lookedAt: looked.flatMap { Timestamp($0) }, changes: try changes.mapValues { try #require(Timestamp($0)) },
            endOfLife: try endOfLife.map { EndOfLife(base: "lab/tiny", on: try #require(CivilDate($0))) }, isWatched: true)
        let facts = AdapterFacts(
            adapter: adapter, version: VersionID(adapter, 1), lastTrained: Timestamp("2026-01-31"), base: base,
            baseIsFloating: false,
            upstream: upstream, data: DataFacts(rowsAtTraining: 6, rowsNow: 6))
        return RetrainCase(judging: facts, by: try shipped.load(), now: try #require(Timestamp(now)))
    }

    @Test func whatWasSeenSinceTheTrainingCountsAsInTheFolder() throws {
        #expect(try judge([.weights: "2026-03-01"], now: "2026-04-01").pending.map(\.code) == ["base_changed:weights"])
        let due = try judge([.weights: "2026-03-01", .licence: "2026-03-01"], now: "2026-05-11")
        #expect(due.reasons.map(\.code) == ["licence", "base_changed:weights"])
        #expect(due.reasons[1].words == "The base changed on the hub: its weights (looked at on 2026-05-01, 10 days ago).")
        #expect(try judge([.removed: "2026-02-01"], now: "2026-02-02").reasons.map(\.code) == ["base_changed:removed"])
    }

    @Test func whatWasKnownAtTheTrainingIsNoticedAndMakesNothingDue() throws {
        let judged = try judge([.removed: "2026-01-30", .cosmetic: "2026-01-30"], now: "2026-05-02")
        #expect(judged.reasons.isEmpty && judged.pending.isEmpty)
        #expect(judged.noticed == ["base: on the hub it is another since before the last training: it is gone"])
    }

    @Test func theSameChangeInTheFolderCountsOnce() throws {
        let judged = try judge([.weights: "2026-03-01"], base: .changed([.weights]), now: "2026-05-11")
        #expect(judged.reasons.map(\.code) == ["base_changed:weights"])
    }

    @Test func anEndOfLifeCountsFromItsDayInTheWindow() throws {
        let early = try judge([:], endOfLife: "2026-03-15", now: "2026-03-20")
        #expect(early.pending.map(\.code) == ["eol"] && !early.isDue)
        #expect(try judge([:], endOfLife: "2026-03-15", now: "2026-05-01").reasons.map(\.code) == ["eol"])
        let ahead = try judge([:], endOfLife: "2026-06-15", now: "2026-05-01")
        #expect(!ahead.isDue && ahead.nextDue == Timestamp("2026-06-15"))
        #expect(ahead.noticed == ["base: The base lab/tiny is at its end of life from 2026-06-15"])
        let beforeWindow = try judge([:], endOfLife: "2026-03-15", now: "2026-03-01")
        #expect(beforeWindow.nextDue == Timestamp("2026-04-30"))
        let past = try judge([:], endOfLife: "2026-01-15", now: "2026-05-01")
        #expect(!past.isDue && past.nextDue == Timestamp("2026-07-31"), "it was trained in spite of it")
    }

    @Test func aLookThatIsOwedIsSaid() throws {
        #expect(try judge([:], looked: nil, now: "2026-05-02").unchecked.contains { $0.hasPrefix("hub: never looked at") })
        #expect(try judge([:], now: "2026-07-01").unchecked.contains("hub: last looked at on 2026-05-01, 61 days ago"))
        #expect(try !judge([:], now: "2026-05-02").unchecked.contains { $0.hasPrefix("hub") })
    }

    /// A forecast takes each training for done; what it cannot mend is not due again.
    @Test func aForecastTrainsOnceForWhatTheHubSays() throws {
        let judged = try judge([.removed: "2026-02-01"], now: "2026-02-02")
        let (from, to) = (try #require(Timestamp("2026-02-02")), try #require(Timestamp("2026-04-01")))
        let forecast = MaintenanceForecast([(judged.facts, try ShippedPolicy.default.load())], from: from, to: to) { moment in
            Timestamp(secondsSinceEpoch: (moment.secondsSinceEpoch + 86_399) / 86_400 * 86_400)
        }
        #expect(
            forecast.events.map { "\($0.moment.date) \($0.reasons.map(\.code))" } == ["2026-02-02 [\"base_changed:removed\"]"])
    }
}
