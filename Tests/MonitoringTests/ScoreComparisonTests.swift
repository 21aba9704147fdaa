import Adapters
import Metrics
import Randomness
import Testing

@testable import Monitoring

@Suite struct ScoreComparisonTests {
    private func scores(_ values: [Double]) throws -> ScoredAnswers {
        try #require(ScoredAnswers(.mean, rows: values.map { [$0] }))
    }

    private func random(_ count: Int, seed: UInt64, shift: Double = 0) -> [Double] {
        var generator = SplitMix64(seed: seed)
        return (0..<count).map { _ in min(1, max(0, generator.unit() * 0.6 + shift)) }
    }

    @Test func rightAndWrongAreComparedAsBefore() throws {
        let first = ScoredAnswers(correct: [true, true, true, true, true, true, true, true, false, false])
        let second = ScoredAnswers(correct: [true, false, false, false, false, false, false, false, true, false])
        let comparison = try #require(PairedComparison(first, second, confidence: 0.95))
        let pairs = PairedCounts(onlyFirst: 7, onlySecond: 1)
        #expect(comparison.test == .mcNemar && comparison.pairs == pairs)
        #expect(comparison.pValue == McNemarTest.pValue(pairs))
        #expect(abs(comparison.difference - 0.6) < 1e-12)
        let interval = PairedDifference(pairs, rows: 10, confidence: 0.95)
        #expect(comparison.lower == interval.lower && comparison.upper == interval.upper)
        #expect(comparison.finding == .indistinguishable)
        // 7 : 1 is p = 0.07; the same shares show it at eleven rows, 8 : 1
        #expect(comparison.rowsNeeded == 11)
    }

    @Test func scoresOfDifferentMetricsOrRowsAreNotCompared() throws {
        #expect(PairedComparison(try scores([1, 0]), ScoredAnswers(correct: [true, false]), confidence: 0.95) == nil)
        #expect(PairedComparison(try scores([1, 0]), try scores([1]), confidence: 0.95) == nil)
        #expect(PairedComparison(try scores([]), try scores([]), confidence: 0.95) == nil)
    }

    @Test func aDifferenceOnEveryRowIsFound() throws {
        let (better, worse) = (try scores(random(60, seed: 1, shift: 0.3)), try scores(random(60, seed: 1)))
        let comparison = try #require(PairedComparison(better, worse, confidence: 0.95))
        #expect(comparison.test == .exchange && comparison.finding == .better)
        #expect(comparison.lower > 0 && comparison.lower <= comparison.difference && comparison.difference <= comparison.upper)
        #expect(PairedComparison(worse, better, confidence: 0.95)?.finding == .worse)
        #expect(try #require(comparison.rowsNeeded) < 60)
    }

    @Test func theSameComparisonGivesTheSameNumbers() throws {
        let (one, other) = (try scores(random(40, seed: 2)), try scores(random(40, seed: 3)))
        #expect(PairedComparison(one, other, confidence: 0.95) == PairedComparison(one, other, confidence: 0.95))
    }

    /// Of a sample of equals at most about one in twenty is called different; a hundred may show eleven by chance (two in a hundred times).
    @Test func equalsAreSeldomCalledDifferent() throws {
        let alarms = try (0..<100).count { trial in
            let one = try scores(random(30, seed: UInt64(1000 + trial)))
            let other = try scores(random(30, seed: UInt64(5000 + trial)))
            return try #require(PairedComparison(one, other, confidence: 0.95)).isSignificant
        }
        #expect(alarms <= 11)
    }

    /// Fewer than six rows cannot have p ≤ 0.05, as in McNemar's test: 2 / 2⁵ is more.
    @Test func fewRowsShowNothing() throws {
        let comparison = PairedComparison(try scores([1, 1, 0.9, 1, 0.8]), try scores([0, 0, 0, 0.1, 0]), confidence: 0.95)
        #expect(comparison?.finding == .indistinguishable)
        let one = PairedComparison(try scores([1]), try scores([0]), confidence: 0.95)
        #expect(one?.lower == -1 && one?.upper == 1 && one?.finding == .indistinguishable)
    }

    @Test func anEqualScoreNeedsNoNumberOfRows() throws {
        let comparison = PairedComparison(try scores([0.5, 0.25]), try scores([0.25, 0.5]), confidence: 0.95)
        #expect(comparison?.pValue == 1 && comparison?.rowsNeeded == nil)
    }

    @Test func corpusMetricsAreDrawnByRows() throws {
        let expected = [
            "a cat sat on the mat today", "the dog ran off with the bone", "no one saw the fox at night",
            "we left at noon for the city",
        ]
        let texts = (0..<40).map { "\(expected[$0 % 4]) \($0)" }
        func answers(_ predicted: [String]) throws -> ScoredAnswers {
            try AnswerScoring(.bleu).score(zip(texts, predicted).map { WrittenAnswer(line: 1, expected: $0, predicted: $1) })
        }
        let (good, bad) = (try answers(texts), try answers(texts.map { String($0.dropFirst(8)) }))
        let comparison = try #require(PairedComparison(good, bad, confidence: 0.95))
        #expect(comparison.finding == .better && comparison.first == 0 && comparison.second > 0.1)
        let interval = try #require(ErrorInterval(bad, confidence: 0.95))
        #expect(interval.lower < interval.value && interval.value < interval.upper)
        let many = try answers(texts.enumerated().map { $0 % 2 == 0 ? $1 : "nothing" })
        #expect(
            try #require(ErrorInterval(many, confidence: 0.95)).lower < (try #require(ErrorInterval(many, confidence: 0.8)).lower)
        )
    }
}

@Suite struct ErrorIntervalTests {
    @Test func aShareOfRowsHasWilsonsInterval() throws {
        let interval = try #require(ErrorInterval(ScoredAnswers(correct: [true, true, false, true]), confidence: 0.95))
        let wilson = WilsonInterval(proportion: 0.25, count: 4, confidence: 0.95)
        #expect(interval.lower == wilson.lower && interval.upper == wilson.upper && interval.value == 0.25)
        #expect(RateSpread(ScoredAnswers(correct: [true]), confidence: 0.95) == nil)
    }

    /// The standard error of a mean of 0 and 1 in equal parts is ½ / √n.
    @Test func theBootstrapOfAMeanIsAsWideAsTheory() throws {
        let answers = try #require(ScoredAnswers(.mean, rows: (0..<400).map { [$0 % 2 == 0 ? 0 : 1] }))
        let interval = try #require(ErrorInterval(answers, confidence: 0.95))
        // two thousand draws know a percentile to about a tenth of the standard error, 0.0025
        #expect(abs(interval.lower - (0.5 - 1.96 * 0.025)) < 0.005 && abs(interval.upper - (0.5 + 1.96 * 0.025)) < 0.005)
        let spread = try #require(RateSpread(answers, confidence: 0.95))
        let rate = try #require(MeasuredRate(0.5, sampleSize: 400, spread: spread))
        #expect(abs(ErrorInterval(rate, rows: 400, confidence: 0.95).lower - interval.lower) < 1e-12)
        #expect(ErrorInterval(rate, rows: 400, confidence: 0.99).lower < interval.lower)
        #expect(abs(spread.with(rows: 1600, insteadOf: 400).below - spread.below / 2) < 1e-12)
    }

    @Test func scoresThatAreAllTheSameAreNotTakenForCertain() throws {
        let interval = ErrorInterval(
            try #require(ScoredAnswers(.mean, rows: [[Double]](repeating: [0], count: 20))), confidence: 0.95)
        let wilson = WilsonInterval(proportion: 1, count: 20, confidence: 0.95)
        #expect(interval?.lower == wilson.lower && interval?.upper == 1)
    }

    @Test func ofOneScoreNothingIsKnown() throws {
        let interval = ErrorInterval(try #require(ScoredAnswers(.mean, rows: [[0.5]])), confidence: 0.95)
        #expect(interval?.lower == 0 && interval?.upper == 1)
        #expect(ErrorInterval(try #require(ScoredAnswers(.mean, rows: [])), confidence: 0.95) == nil)
    }
}

@Suite struct SliceTests {
    /// R's `p.adjust(p, "holm")`.
    @Test func holmAgreesWithR() {
        let adjusted = HolmCorrection.adjusted([0.01, 0.04, 0.03, 0.005])
        for (value, expected) in zip(adjusted, [0.03, 0.06, 0.06, 0.02]) { #expect(abs(value - expected) < 1e-12) }
        #expect(HolmCorrection.adjusted([]) == [])
        #expect(HolmCorrection.adjusted([0.9, 0.8]) == [1, 1])
    }

    @Test func rowsArePartedByEachColumn() throws {
        let slices = RowSlices([("queue", ["b", "a", "b", "a"]), ("lang", ["en", "en", "de", "en"])])
        #expect(slices.slices.map { "\($0.name.column)=\($0.name.value)" } == ["queue=a", "queue=b", "lang=de", "lang=en"])
        #expect(slices.slices.map(\.rows) == [[1, 3], [0, 2], [2], [0, 1, 3]])
        let scores = slices.scores(of: ScoredAnswers(correct: [true, false, true, true]), confidence: 0.95)
        #expect(scores.map(\.error.value) == [0.5, 0, 0, 1 - 2.0 / 3])
    }

    @Test func aLossInOneSliceIsFoundThoughTheTotalIsUnchanged() throws {
        let columns = [("group", (0..<500).map { "g\($0 % 5)" })]
        // 15 points lost in the first of five groups, won in the others
        let before = (0..<500).map { $0 % 5 == 0 || $0 % 10 != 1 }
        var after = before
        for row in before.indices where row % 5 == 0 && row / 5 < 15 { after[row] = false }
        for row in before.indices.filter({ !before[$0] }).prefix(15) { after[row] = true }
        let (first, second) = (ScoredAnswers(correct: after), ScoredAnswers(correct: before))
        #expect(PairedComparison(first, second, confidence: 0.95)?.difference == 0)
        let found = RowSlices(columns).comparisons(first, second, confidence: 0.95).filter { $0.finding == .worse }
        #expect(found.map(\.slice.value) == ["g0"])
        #expect(found[0].adjustedPValue > found[0].comparison.pValue)
    }

    @Test func theNoiseFloorIsWhatRepeatsDifferBy() throws {
        let repeats = [[true, true, false, false], [true, false, false, false], [true, true, true, false]].map(ScoredAnswers.init)
        let floor = try #require(NoiseFloor(repeats))
        #expect(floor.range == 0.5 && floor.changedRows == 0.5 && floor.repeats == 3)
        #expect(abs(floor.deviation - 0.25) < 1e-12)
        #expect(NoiseFloor([repeats[0]]) == nil)
        #expect(NoiseFloor([repeats[0], repeats[0]])?.range == 0)
        #expect(NoiseFloor.deterministic.range == 0)
    }
}
