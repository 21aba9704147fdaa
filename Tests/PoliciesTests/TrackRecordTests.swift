import Adapters
import Policies
import Testing

/// How advice has held, worked out by hand.
@Suite struct TrackRecordTests {
    private let at = Timestamp(secondsSinceEpoch: 1_777_629_600)

    private func advice(
        _ answer: Verdict.Answer, base: Double = 0.3, rows: Int? = 100, beats: Bool? = nil, later: Double = 0.3,
        laterRows: Int = 100,
        error: Double = 0.1, anew: Bool = true, hours: (Double, Double)? = nil
    ) throws -> ScoredAdvice {
        let outcome = try beats.map { beats in
            ScoredAdvice.Outcome(
                error: try #require(MeasuredRate(error, sampleSize: laterRows)),
                baseError: try #require(MeasuredRate(later, sampleSize: laterRows)), beatsBase: beats, isMeasuredAnew: anew,
                hours: hours?.1)
        }
        return ScoredAdvice(
            adapter: try AdapterName("ticket-router"), at: at, answer: answer, baseError: MeasuredRate(base, sampleSize: rows),
            confidence: rows.map { _ in 0.95 }, hours: hours?.0, price: 0.5, outcome: outcome)
    }

    @Test func rightIsWhatWasPromisedOrSpared() throws {
        let cases = try [
            advice(.yes, beats: true), advice(.yes, beats: false), advice(.no, beats: false), advice(.no, beats: true),
            advice(.notEnoughEvidence, beats: true), advice(.yes), advice(.no),
        ]
        let record = TrackRecord(cases, confidence: 0.95)
        #expect(cases.map(\.isRight) == [true, false, true, false, nil, nil, nil])
        #expect([record.right.count, record.right.of, record.rightYes.count, record.rightYes.of] == [2, 4, 1, 2])
        #expect(record.count(.yes) == 3 && record.count(.no) == 3 && record.count(.notEnoughEvidence) == 1)
        // centre 0.5; half = 1.96 / (1 + 0.96) · √(1/16 + 0.96/16) = 0.35
        let interval = try #require(record.right.interval)
        #expect(abs(interval.lower - 0.15) < 5e-4 && abs(interval.upper - 0.85) < 5e-4)
    }

    /// 20 % and 25 % of 100 rows each: 22.5 % together, 1.96 · √(0.225 · 0.775 · 2/100) = 11.6 points; 20 % and 35 %: 12.4 points.
    @Test func anIntervalHoldsWithinTheChanceOfBothSamples() throws {
        let cases = try [
            advice(.yes, base: 0.2, beats: true, later: 0.25), advice(.yes, base: 0.2, beats: true, later: 0.35),
            // the same rows say the same again, a number without rows states no interval
            advice(.yes, base: 0.2, beats: true, later: 0.2, anew: false), advice(.yes, base: 0.2, rows: nil, beats: true),
            advice(.no, base: 0, beats: false, later: 0),
        ]
        #expect(cases.map(\.isCovered) == [true, false, nil, nil, true])
        #expect(TrackRecord(cases, confidence: 0.95).covered.of == 3)
    }

    @Test func biasAndGainAreMeansInPoints() throws {
        let record = TrackRecord(
            try [
                advice(.yes, base: 0.3, beats: true, later: 0.34, error: 0.1),
                advice(.no, base: 0.1, beats: false, later: 0.12, error: 0.1),
                advice(.yes, base: 0.4, beats: true, later: 0.4, error: 0.2, anew: false),
            ], confidence: 0.95)
        #expect(abs(try #require(record.bias) - 3) < 1e-9, "+4 and +2 points; the same rows do not count")
        #expect(abs(try #require(record.gain) - 40.0 / 3) < 1e-9, "20, 0 and 20 points")
    }

    @Test func hoursAreSummedWhereBothAreKnown() throws {
        let record = TrackRecord(
            try [
                advice(.yes, beats: true, hours: (2, 3)), advice(.yes, beats: true, hours: (1, 0.5)), advice(.yes, beats: true),
                advice(.yes, hours: (9, 9)),
            ], confidence: 0.95)
        #expect(record.timed == 2 && record.expectedHours == 3 && record.spentHours == 3.5)
        #expect(record.json["cases"]?.arrayValue?.first?["outcome"]?["cost"]?.doubleValue == 1.5)
    }

    @Test func nothingIsSaidOfNothing() throws {
        let record = TrackRecord([], confidence: 0.95)
        #expect(record.right.interval == nil && record.bias == nil && record.gain == nil && record.timed == 0)
        #expect(record.json["right"]?["of"]?.intValue == 0)
    }

    /// Both measured on seeded draws from one truth: stated 95 % intervals hold in 93 to 97 of 100 cases, by the bar that is set for them.
    @Test func statedIntervalsHoldAsOftenAsTheySay() throws {
        var state: UInt64 = 41
        func wrong(of rows: Int, _ share: Double) -> Double {
            var count = 0
            for _ in 0..<rows {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                if Double(state >> 11) / 9_007_199_254_740_992 < share { count += 1 }
            }
            return Double(count) / Double(rows)
        }
        var cases: [ScoredAdvice] = []
        for index in 0..<3_000 {
            let (share, rows, laterRows) = (
                0.05 + 0.45 * Double(index % 10) / 10, [100, 200, 400][index % 3], [150, 300][index % 2]
            )
            cases.append(
                try advice(
                    .yes, base: wrong(of: rows, share), rows: rows, beats: true, later: wrong(of: laterRows, share),
                    laterRows: laterRows))
        }
        let covered = TrackRecord(cases, confidence: 0.95).covered
        #expect((0.93...0.97).contains(Double(covered.count) / Double(covered.of)))
    }
}
