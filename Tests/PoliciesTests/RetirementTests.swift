import Adapters
import Monitoring
import Policies
import Testing

@Suite struct RetirementTests {
    private let now = "2026-08-01T00:00:00Z"

    private func facts(
        base: Int? = 300, of rows: Int? = 1_000, pairs: (Int, Int)? = (200, 20), until: String? = "2027-01-01"
    ) throws -> RetirementFacts {
        RetirementFacts(
            baseError: base.flatMap { MeasuredRate(Double($0) / 1_000, sampleSize: rows) },
            pairs: pairs.map { PairedCounts(onlyFirst: $0.0, onlySecond: $0.1) },
            neededUntil: try until.map { try #require(Timestamp($0)) })
    }

    private func judged(_ facts: RetirementFacts, by policy: ShippedPolicy = .default) throws -> String {
        let verdict = try policy.load().judgeRetirement(facts, now: try #require(Timestamp(now)))
        return "\(verdict.answer.rawValue): \(verdict.rules.map { "\($0.rule) \($0.finding)" }.joined(separator: ", "))"
    }

    @Test func anAdapterStaysWhileItPays() throws {
        #expect(try judged(facts()) == "keep: base_alone passed, advantage passed, horizon passed")
    }

    @Test func oneRuleThatSurelyFailsIsEnough() throws {
        #expect(try judged(facts(base: 100)) == "retire: base_alone failed, advantage passed, horizon passed")
        #expect(try judged(facts(pairs: (20, 25))) == "retire: base_alone passed, advantage failed, horizon passed")
        #expect(try judged(facts(until: "2026-08-01")) == "retire: base_alone passed, advantage passed, horizon failed")
    }

    @Test func whatIsOpenRetiresNothing() throws {
        #expect(try judged(facts(base: 150)) == "keep: base_alone unsettled, advantage passed, horizon passed")
        #expect(try judged(facts(pairs: (45, 20))) == "keep: base_alone passed, advantage unsettled, horizon passed")
        // without rows a number is exact
        #expect(try judged(facts(base: 150, of: nil, pairs: nil)).hasPrefix("retire: base_alone failed, advantage missing"))
    }

    @Test func whatWasNotMeasuredIsNoEvidence() throws {
        #expect(
            try judged(facts(base: nil, pairs: nil, until: nil))
                == "not_enough_evidence: base_alone missing, advantage missing, horizon missing")
    }

    @Test func aRuleLeftEmptyIsNotJudged() throws {
        #expect(try judged(facts(base: 100), by: .strict) == "keep: advantage passed, horizon passed")
        #expect(try judged(facts(base: 200), by: .frugal).hasPrefix("retire: base_alone failed"))
    }

    /// Computed with the formula by hand: b = 30, c = 10, n = 200, z = 1.959964.
    @Test func thePairedIntervalIsThatOfBonettAndPrice() {
        let difference = PairedDifference(PairedCounts(onlyFirst: 30, onlySecond: 10), rows: 200, confidence: 0.95)
        #expect(abs(difference.value - 0.1) < 1e-12)
        // p1 = 31/202, p2 = 11/202: 20/202 ± 1.959964·√((42/202 − (20/202)²)/202)
        #expect(abs(difference.lower - 0.037629) < 1e-5 && abs(difference.upper - 0.160391) < 1e-5)
    }
}
