import Adapters
import Policies
import Testing

/// What `--sensitivity` says, worked out by hand and held against the judge itself.
@Suite struct SensitivityTests {
    private let now = Timestamp(secondsSinceEpoch: 1_777_629_600)

    private func facts(_ error: Double, rows: Int? = nil, _ examples: Int, _ horizon: String) -> FineTuningFacts {
        FineTuningFacts(
            baseError: MeasuredRate(error, sampleSize: rows), effectiveExamples: examples,
            horizon: CalendarSpan(horizon))
    }

    private func sensitivity(_ facts: FineTuningFacts) throws -> Sensitivity {
        Sensitivity(of: facts, by: try ShippedPolicy.default.load(), now: now)
    }

    @Test func aYesFallsAtItsThresholds() throws {
        let found = try sensitivity(facts(0.22, 800, "9mo"))
        let down = found.lines.compactMap(\.down)
        #expect(found.answer == .yes && found.waysToYes.isEmpty && found.lines.allSatisfy { $0.up == nil })
        #expect(down.map(\.words) == ["at most 15 %", "at most 499", "below 6mo"])
        #expect(down.map { $0.by.map { (100 * $0).rounded() / 100 } } == [-7, -301, -3])
        #expect(down.map { $0.relative.map { (1_000 * $0).rounded() / 1_000 } } == [-0.318, -0.376, -0.333])
        #expect(down.allSatisfy { $0.answer == .no })
    }

    /// 40 wrong of 200 is the fewest whose interval lies above 15 %: 15 + 1.96 · √(0.15 · 0.85 / 200) = 19.95 points.
    @Test func aMeasuredErrorMovesByWholeRows() throws {
        let found = try sensitivity(facts(0.165, rows: 200, 800, "9mo"))
        let (error, rows) = (found.lines[0], found.lines[1])
        #expect(found.answer == .notEnoughEvidence)
        #expect(error.up?.words == "at least 20 %" && error.up?.answer == .yes)
        #expect(error.down?.words == "at most 10 %" && error.down?.answer == .no)
        // statsmodels, recorded for the policy: 1,977 more rows settle it
        #expect(rows.up?.by == 1_977 && rows.up?.answer == .yes)
        #expect(found.waysToYes.map { $0.map(\.input) } == [[.baseError], [.rows]])
    }

    @Test func oneFailureNamesTheOneChange() throws {
        let found = try sensitivity(facts(0.22, 300, "9mo"))
        #expect(found.waysToYes.map { $0.map(\.words) } == [["at least 500"]])
        #expect(found.lines[2].up?.by == 200 && found.lines[0].down == nil, "another rule fails already")
    }

    @Test func twoFailuresNameThePair() throws {
        let found = try sensitivity(facts(0.12, 300, "9mo"))
        #expect(found.lines.allSatisfy { $0.up == nil && $0.down == nil }, "no single change flips it")
        #expect(found.waysToYes.map { $0.map(\.words) } == [["above 15 %", "at least 500"]])
        #expect(try sensitivity(facts(0.12, 300, "3mo")).waysToYes.map(\.count) == [3])
    }

    @Test func noNumberMendsStaleEvidence() throws {
        let policy = try ShippedPolicy.strict.load()
        var facts = facts(0.4, rows: 400, 2_000, "2y")
        facts.baseError = MeasuredRate(0.4, sampleSize: 400, measuredAt: Timestamp("2020-01-01"))
        let found = Sensitivity(of: facts, by: policy, now: now)
        #expect(found.answer == .notEnoughEvidence && found.waysToYes.isEmpty)
    }

    /// On seeded facts: what it names says what it names, and a step short of it nothing has changed yet.
    @Test(arguments: ShippedPolicy.allCases)
    func everyChangeFlipsAndNothingNearerDoes(shipped: ShippedPolicy) throws {
        let policy = try shipped.load()
        var (random, changes, ways) = (SeededFacts(seed: 21), 0, 0)
        for _ in 0..<400 {
            let facts = random.facts()
            let found = Sensitivity(of: facts, by: policy, now: now)
            for line in found.lines {
                for (change, toward) in [(line.down, 1), (line.up, -1)] {
                    guard let change else { continue }
                    let there = facts.applying(change), short = facts.applying(change, shortBy: toward)
                    #expect(policy.judgeFineTuning(there, now: now).answer == change.answer, "\(facts) \(change)")
                    #expect(change.answer != found.answer)
                    #expect(policy.judgeFineTuning(short, now: now).answer == found.answer, "\(facts) \(change)")
                    changes += 1
                }
            }
            for way in found.waysToYes {
                let changed = way.reduce(facts) { $0.applying($1) }
                #expect(policy.judgeFineTuning(changed, now: now).answer == .yes, "\(facts) \(way)")
                ways += 1
            }
        }
        #expect(changes > 200 && ways > 200)
    }
}

extension FineTuningFacts {
    /// These facts at a change, or so many of the smallest steps before it: a row, a day, or a millionth.
    fileprivate func applying(_ change: Sensitivity.Change, shortBy step: Int = 0) -> FineTuningFacts {
        var facts = self
        switch (change.input, change.to) {
        case (.baseError, .rate(let value)):
            let unit = baseError?.sampleSize.map { 1 / Double($0) } ?? 1e-6
            let above = change.relation == .above ? unit : 0
            facts.baseError = MeasuredRate(
                min(1, max(0, value + above + Double(step) * unit)), sampleSize: baseError?.sampleSize,
                measuredAt: baseError?.measuredAt)
        case (.rows, .count(let rows)):
            facts.baseError = baseError.flatMap { MeasuredRate($0.value, sampleSize: rows + step, measuredAt: $0.measuredAt) }
        case (.examples, .count(let count)): facts.effectiveExamples = count + step
        case (.horizon, .span(let span)):
            // below a span is the last whole day before it, at least the first one after
            let days = change.relation == .below ? span.meanDays.rounded(.up) - 1 : span.meanDays.rounded(.up)
            facts.horizon = CalendarSpan(Int(days) + step, .day)
        default: break
        }
        return facts
    }
}
