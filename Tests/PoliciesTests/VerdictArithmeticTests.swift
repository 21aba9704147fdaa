import Adapters
import Policies
import StrictJSON
import Testing

@Suite struct VerdictArithmeticTests {
    private let now = Timestamp(secondsSinceEpoch: 1_777_629_600)

    private func arithmetic(_ facts: FineTuningFacts, _ shipped: ShippedPolicy = .default) throws -> VerdictArithmetic {
        let policy = try shipped.load()
        return VerdictArithmetic(
            of: policy.judgeFineTuning(facts, now: now), on: facts, by: policy, settings: try shipped.source().settings,
            sources: .init(baseError: "a measurement"), now: now)
    }

    /// The ends are those that the scenario of this error was recorded with from statsmodels: 16.82 % to 28.24 %.
    @Test func everyStepOfTheIntervalIsShown() throws {
        let facts = FineTuningFacts(
            baseError: MeasuredRate(0.22, sampleSize: 200, measuredAt: now.adding(seconds: -12 * 86_400)), effectiveExamples: 800,
            horizon: CalendarSpan("9mo"))
        let part = try #require(try arithmetic(facts).parts.first)
        #expect(part.steps[0].words == "p = 44 wrong of n = 200 rows = 0.22")
        #expect(part.steps[1].words == "z = Φ⁻¹((1 + 0.95) / 2) = 1.959964")
        let values = part.steps.compactMap(\.value)
        // centre ± half are the ends
        #expect(abs(values[2] - values[3] - values[4]) < 1e-12 && abs(values[2] + values[3] - values[5]) < 1e-12)
        #expect(values[4...5].map { ($0 * 1e4).rounded() / 1e4 } == [0.1682, 0.2824])
        #expect(part.steps.contains { $0.words.hasSuffix("> above = 0.15") })
        #expect(part.evidence[0] == "a measurement" && part.evidence[1].contains("12 days ago; evidence for as long as nothing"))
        #expect(part.conclusion.hasPrefix("passed: "))
    }

    @Test func eachThresholdNamesItsKeyAndFile() throws {
        let facts = FineTuningFacts(baseError: MeasuredRate(0.2), effectiveExamples: 100, horizon: CalendarSpan("1y"))
        let parts = try arithmetic(facts, .strict).parts
        #expect(parts.map(\.rule) == ["base_error", "examples", "horizon"])
        let files = parts.flatMap(\.thresholds).map { "\($0.key.split(separator: ".").suffix(2).joined(separator: "."))" }
        #expect(
            Set(files) == [
                "base_error.above", "base_error.confidence", "base_error.decide_on", "base_error.fresh_for",
                "examples.at_least", "horizon.at_least",
            ])
        #expect(parts[0].thresholds.first { $0.key.hasSuffix("above") }?.file?.hasSuffix("default.yaml") == true)
        #expect(parts[1].thresholds[0].file?.hasSuffix("strict.yaml") == true && parts[1].thresholds[0].line > 1)
        #expect(parts[1].steps.map(\.words) == ["examples − at_least = 100 − 1000 = -900", "100 < 1000"])
    }

    @Test func ageAndLimitStandBesideTheEvidence() throws {
        func evidence(_ measured: String) throws -> String? {
            let error = MeasuredRate(0.4, sampleSize: 400, measuredAt: Timestamp(measured))
            return try arithmetic(FineTuningFacts(baseError: error), .strict).parts[0].evidence.last
        }
        #expect(try evidence("2026-04-01")?.hasSuffix("30 days ago; evidence for 3mo, until 2026-07-01T00:00:00Z") == true)
        #expect(try evidence("2026-05-02")?.hasSuffix("lies ahead of 2026-05-01T10:00:00Z: no evidence") == true)
    }

    @Test func spansAreComparedByTheirMeanDays() throws {
        let part = try arithmetic(FineTuningFacts(horizon: CalendarSpan("180d"))).parts[2]
        #expect(part.steps.map(\.words).last == "180 < 182.62125")
    }
}
