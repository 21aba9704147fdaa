import Adapters
import Testing

@testable import Monitoring

@Suite struct McNemarTests {
    /// `statsmodels.stats.contingency_tables.mcnemar`, statsmodels 0.15.0: exact, and with continuity correction.
    @Test(arguments: [
        (10, 3, 0.09228515625, 0.0960923294556734),
        (0, 8, 0.0078125, 0.01332832878081758),
        (25, 12, 0.04703102743951604, 0.04851973828025081),
        (130, 95, 0.023197506839685394, 0.02341059616111667),
        (600, 520, 0.018207019279300136, 0.018246554351008498),
    ])
    func pValuesAgreeWithStatsmodels(onlyFirst: Int, onlySecond: Int, exact: Double, normal: Double) {
        let counts = PairedCounts(onlyFirst: onlyFirst, onlySecond: onlySecond)
        // The exact sum adds up to a thousand rounded logarithms.
        #expect(abs(McNemarTest.exactPValue(counts) / exact - 1) < 1e-10)
        #expect(abs(McNemarTest.normalPValue(counts) / normal - 1) < 1e-12)
        #expect(McNemarTest.pValue(counts) == McNemarTest.exactPValue(counts))
    }

    @Test func equalCountsShowNoDifference() {
        for count in [0, 1, 5, 20_000] {
            #expect(McNemarTest.pValue(PairedCounts(onlyFirst: count, onlySecond: count)) == 1)
        }
    }

    @Test func theTestIsSymmetric() {
        let (one, other) = (PairedCounts(onlyFirst: 40, onlySecond: 20), PairedCounts(onlyFirst: 20, onlySecond: 40))
        #expect(McNemarTest.pValue(one) == McNemarTest.pValue(other))
    }

    @Test func theTwoMethodsMeetWhereOneTakesOver() {
        let counts = PairedCounts(onlyFirst: 5_100, onlySecond: 4_900)
        #expect(abs(McNemarTest.exactPValue(counts) - McNemarTest.normalPValue(counts)) < 1e-3)
    }

    @Test func countsComeFromTheRowsThatDiffer() {
        let counts = PairedCounts(first: [true, true, false, false, true], second: [true, false, true, false, false])
        #expect(counts == PairedCounts(onlyFirst: 2, onlySecond: 1))
    }
}

@Suite struct PairedBootstrapTests {
    let first: [Double] = [1, 1, 0, 1, 1, 1, 0, 1, 1, 0, 1, 1]
    let second: [Double] = [0, 1, 0, 1, 0, 1, 1, 1, 0, 0, 1, 0]

    /// A twin written in Python with `numpy.quantile`, NumPy 2.4: seed 3407, 1,000 resamples.
    @Test func theIntervalAgreesWithATwinInPython() {
        let bootstrap = PairedBootstrap(first: first, second: second, confidence: 0.95, resamples: 1_000, seed: 3_407)
        // Sums of at most 12 ones, divided alike.
        #expect(abs(bootstrap.meanDifference - 0.25) < 1e-12)
        #expect(abs(bootstrap.lower + 1.0 / 12) < 1e-12)
        #expect(abs(bootstrap.upper - 7.0 / 12) < 1e-12)
    }

    @Test func theSeedAloneDecides() {
        func interval(_ seed: UInt64) -> PairedBootstrap {
            PairedBootstrap(first: first, second: second, confidence: 0.9, resamples: 200, seed: seed)
        }
        #expect(interval(1) == interval(1))
        #expect((1...5).contains { interval($0) != interval($0 + 1) })
    }

    @Test func equalScoresHaveNoWidth() {
        let bootstrap = PairedBootstrap(first: first, second: first, confidence: 0.95, resamples: 50, seed: 1)
        #expect(bootstrap.lower == 0 && bootstrap.upper == 0 && bootstrap.meanDifference == 0)
    }
}
