import Adapters
import Policies
import StrictJSON
import Testing

/// Laws of `judgeFineTuning` on seeded random facts.
@Suite struct FineTuningLawTests {
    private let now = Timestamp(secondsSinceEpoch: 1_777_629_600)

    @Test(arguments: ShippedPolicy.allCases)
    func theFlipFlips(shipped: ShippedPolicy) throws {
        let policy = try shipped.load()
        var random = SeededFacts(seed: 11)
        var flips = 0
        for _ in 0..<2_000 {
            let facts = random.facts()
            for outcome in policy.judgeFineTuning(facts, now: now).rules where outcome.finding != .missing {
                guard let changed = facts.applying(outcome.flip, to: outcome.rule) else { continue }
                let again = try #require(policy.judgeFineTuning(changed, now: now).rules.first { $0.rule == outcome.rule })
                #expect(again.passed != outcome.passed, "\(facts) \(outcome)")
                flips += 1
            }
        }
        #expect(flips > 4_000)
    }

    /// Just short of the flip, the outcome is not yet what it is there: the flip is the nearest such input.
    @Test(arguments: ShippedPolicy.allCases)
    func nothingNearerFlips(shipped: ShippedPolicy) throws {
        let policy = try shipped.load()
        var random = SeededFacts(seed: 12)
        for _ in 0..<500 {
            let facts = random.facts()
            for outcome in policy.judgeFineTuning(facts, now: now).rules where outcome.finding != .missing {
                // Boundaries that depend on the sample are rounded to six decimals.
                guard let there = facts.applying(outcome.flip, to: outcome.rule),
                    let short = facts.applying(outcome.flip, to: outcome.rule, by: -2e-6)
                else { continue }
                let findings = try [there, short].map { changed in
                    try #require(policy.judgeFineTuning(changed, now: now).rules.first { $0.rule == outcome.rule }).finding
                }
                #expect(findings[0] != findings[1], "\(facts) \(outcome)")
            }
        }
    }

    @Test(arguments: ShippedPolicy.allCases)
    func moreReasonNeverTurnsYesIntoNo(shipped: ShippedPolicy) throws {
        let policy = try shipped.load()
        func rank(_ facts: FineTuningFacts) -> Int {
            switch policy.judgeFineTuning(facts, now: now).answer {
            case .no: 0
            case .notEnoughEvidence: 1
            case .yes: 2
            }
        }
        var random = SeededFacts(seed: 13)
        for _ in 0..<2_000 {
            let facts = random.facts()
            var (worse, more, longer) = (facts, facts, facts)
            worse.baseError = facts.baseError.flatMap { MeasuredRate(min(1, $0.value + 0.03), sampleSize: $0.sampleSize) }
            more.effectiveExamples = facts.effectiveExamples.map { $0 + 37 }
            longer.horizon = facts.horizon.flatMap { CalendarSpan($0.count + 1, $0.unit) }
            for changed in [worse, more, longer] { #expect(rank(changed) >= rank(facts), "\(facts)") }
        }
    }

    @Test func withoutAnAgeLimitTheClockDecidesNothing() throws {
        let policy = try ShippedPolicy.default.load()
        var random = SeededFacts(seed: 14)
        for _ in 0..<200 {
            var facts = random.facts()
            facts.baseError = facts.baseError.flatMap { MeasuredRate($0.value, sampleSize: $0.sampleSize, measuredAt: now) }
            #expect(policy.judgeFineTuning(facts, now: now) == policy.judgeFineTuning(facts, now: .latest))
        }
    }

    @Test func withAnAgeLimitTheVerdictChangesOnceAndOnlyToMissing() throws {
        let policy = try ShippedPolicy.strict.load()
        let error = MeasuredRate(0.3, sampleSize: 400, measuredAt: Timestamp("2026-01-31"))
        let facts = FineTuningFacts(baseError: error, effectiveExamples: 2_000, horizon: CalendarSpan("2y"))
        let answers = try ["2026-01-31", "2026-04-30T00:00:00Z", "2026-04-30T00:00:01Z", "2027-01-01"].map {
            policy.judgeFineTuning(facts, now: try #require(Timestamp($0))).answer
        }
        #expect(answers == [.yes, .yes, .notEnoughEvidence, .notEnoughEvidence])
    }

    /// A clock that was set back, or was ahead when the base was measured: nothing says how old the evidence is.
    @Test(arguments: ShippedPolicy.allCases)
    func evidenceFromTheFutureIsNone(shipped: ShippedPolicy) throws {
        let policy = try shipped.load()
        let error = MeasuredRate(0.4, sampleSize: 400, measuredAt: now)
        let facts = FineTuningFacts(baseError: error, effectiveExamples: 2_000, horizon: CalendarSpan("2y"))
        #expect(policy.judgeFineTuning(facts, now: now).answer == .yes)
        let verdict = policy.judgeFineTuning(facts, now: now.adding(seconds: -1))
        #expect(verdict.answer == .notEnoughEvidence && verdict.needs == [.freshBaseError(measured: now)])
        #expect(verdict.rules[0].finding == .missing && verdict.rules[0].reason.contains("a clock is or was wrong"))
    }

    @Test func signalsNeverDecide() throws {
        let policy = try ShippedPolicy.default.load()
        var random = SeededFacts(seed: 15)
        for _ in 0..<200 {
            var facts = random.facts()
            let answer = policy.judgeFineTuning(facts, now: now).answer
            facts.signals = SignalFacts(promptingAccuracy: 0.1, promptTokens: 9_000, domainVocabularyRatio: 3)
            #expect(policy.judgeFineTuning(facts, now: now).answer == answer)
        }
    }

    @Test func aStraddlingVerdictIsSettledByTheRowsItAsksFor() throws {
        let policy = try ShippedPolicy.default.load()
        var (random, settled) = (SeededFacts(seed: 16), 0)
        for _ in 0..<1_000 {
            var facts = random.facts()
            let verdict = policy.judgeFineTuning(facts, now: now)
            guard case .moreRows(let rows?)? = verdict.needs.first, let error = facts.baseError, let sample = error.sampleSize
            else {
                continue
            }
            facts.baseError = MeasuredRate(error.value, sampleSize: sample + rows)
            let finding = policy.judgeFineTuning(facts, now: now).rules[0].finding
            #expect(finding == (error.value > 0.15 ? .passed : .failed))
            facts.baseError = MeasuredRate(error.value, sampleSize: sample + rows - 1)
            #expect(policy.judgeFineTuning(facts, now: now).rules[0].finding == .unsettled)
            settled += 1
        }
        #expect(settled > 50)
    }
}

/// Facts drawn from a seeded linear congruential generator (Knuth's MMIX constants).
struct SeededFacts {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    private mutating func below(_ bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func facts() -> FineTuningFacts {
        let rows = [nil, 5, 40, 200, 3_000][below(5)]
        let units: [CalendarSpan.Unit] = [.day, .week, .month, .year]
        let error = rows.map { Double(below($0 / 2 + 1)) / Double($0) } ?? Double(below(500)) / 1_000
        return FineTuningFacts(
            baseError: MeasuredRate(error, sampleSize: rows), effectiveExamples: below(2_000),
            horizon: CalendarSpan([below(500), below(70), below(16), below(3)][below(4)], units[below(4)]))
    }
}

extension FineTuningFacts {
    /// These facts with the rule's input moved across the flip by a step (backwards when `step` is negative); nil where the flip
    /// lies outside the possible inputs.
    fileprivate func applying(_ flip: Counterfactual, to rule: String, by step: Double = 1e-9) -> FineTuningFacts? {
        var facts = self
        switch (rule, flip.value) {
        case ("base_error", .rate(let value)):
            let distance = (flip.relation == .above ? 1 : -1) * step
            // "At most" includes the value itself.
            guard
                let error = MeasuredRate(
                    step > 0 && flip.relation == .atMost ? value : value + distance, sampleSize: baseError?.sampleSize)
            else { return nil }
            facts.baseError = error
        case ("examples", .count(let value)):
            facts.effectiveExamples = flip.relation == .atLeast ? (step > 0 ? value : value - 1) : (step > 0 ? value - 1 : value)
        case ("horizon", .span(let value)):
            let days = { (count: Int) in CalendarSpan(count, .day) }
            // One day to either side of the mean length in days.
            let mean = Double(value.months ?? 0) * 30.436875
            let (shorter, longer) = (days(Int(mean.rounded(.down)) - 1), days(Int(mean.rounded(.up)) + 1))
            facts.horizon = (flip.relation == .atLeast) == (step > 0) ? longer : shorter
        default: return nil
        }
        return facts
    }
}
