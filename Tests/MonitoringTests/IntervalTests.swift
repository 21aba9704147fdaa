import Monitoring
import Testing

@Suite struct NormalDistributionTests {
    /// `scipy.stats.norm.ppf`, SciPy 1.17.1.
    @Test(arguments: [
        (0.975, 1.959963984540054), (0.95, 1.6448536269514722), (0.995, 2.5758293035489004), (0.5, 0),
        (0.025, -1.9599639845400545), (1e-10, -6.361340902404056), (0.9999999, 5.199337582290661),
    ])
    func quantilesAgreeWithSciPy(probability: Double, quantile: Double) {
        // Near 1 the input itself is known to 10⁻¹⁶ only, which the steep tail magnifies.
        #expect(abs(NormalDistribution.quantile(probability) - quantile) < 1e-9)
    }

    /// `scipy.stats.norm.cdf`.
    @Test(arguments: [(-8.0, 6.22096057427174e-16), (-1.96, 0.024997895148220435), (0, 0.5), (3, 0.9986501019683699)])
    func cumulativesAgreeWithSciPy(x: Double, probability: Double) {
        // Two implementations of erfc may differ in the last digits.
        #expect(abs(NormalDistribution.cumulative(x) / probability - 1) < 1e-12)
    }
}

@Suite struct WilsonIntervalTests {
    /// `statsmodels.stats.proportion.proportion_confint(…, method="wilson")`, statsmodels 0.15.0.
    @Test(arguments: [
        (44, 200, 0.95, 0.16816538358833258, 0.28238799918293667),
        (0, 22, 0.95, 0.0, 0.14865487460862087),
        (22, 22, 0.95, 0.8513451253913791, 1.0),
        (1, 1, 0.95, 0.20654931437723745, 1.0),
        (33, 200, 0.95, 0.11996855328217307, 0.2226578153905955),
        (33, 200, 0.9, 0.12635636437264527, 0.21258623326605444),
        (150, 1000, 0.99, 0.12322606611221885, 0.18138774932016594),
        (0, 1, 0.95, 0.0, 0.7934506856227626),
        (1234, 54321, 0.95, 0.02149716134593384, 0.024003964703267777),
    ])
    func intervalsAgreeWithStatsmodels(errors: Int, rows: Int, confidence: Double, lower: Double, upper: Double) {
        let interval = WilsonInterval(proportion: Double(errors) / Double(rows), count: rows, confidence: confidence)
        // The same closed form in the same precision: only the order of operations differs.
        #expect(abs(interval.lower - lower) < 1e-12)
        #expect(abs(interval.upper - upper) < 1e-12)
    }

    /// By counting n upward with SciPy's quantile until the interval left the threshold.
    @Test(arguments: [
        (0.165, 0.15, 0.95, 2177), (0.22, 0.15, 0.95, 100), (0.0, 0.15, 0.95, 22), (0.14, 0.15, 0.95, 4898),
        (0.149, 0.15, 0.95, 489_786), (0.5, 0.15, 0.95, 4), (0.1, 0.15, 0.99, 339), (1.0, 0.15, 0.95, 1), (0.2, 0.15, 0.8, 84),
    ])
    func rowsToSettleAreTheFewest(proportion: Double, threshold: Double, confidence: Double, rows: Int) {
        #expect(WilsonInterval.rowsToSettle(proportion: proportion, threshold: threshold, confidence: confidence) == rows)
    }

    @Test func noNumberOfRowsSettlesTheThresholdItself() {
        #expect(WilsonInterval.rowsToSettle(proportion: 0.15, threshold: 0.15, confidence: 0.95) == nil)
        #expect(WilsonInterval.rowsToSettle(proportion: 0.15000001, threshold: 0.15, confidence: 0.95) == nil)
    }

    @Test(arguments: [1, 10, 50, 200, 5_000], [0.05, 0.15, 0.5])
    func theBoundaryProportionsAreWhereTheIntervalLeavesTheThreshold(count: Int, threshold: Double) {
        let above = WilsonInterval.proportionAbove(threshold: threshold, count: count, confidence: 0.95)
        let below = WilsonInterval.proportionBelow(threshold: threshold, count: count, confidence: 0.95)
        func position(_ proportion: Double) -> WilsonInterval.Position {
            WilsonInterval(proportion: proportion, count: count, confidence: 0.95).position(of: threshold)
        }
        // A step of 10⁻⁹ is far above rounding and far below any count of rows.
        if above < 1 {
            #expect(position(above + 1e-9) == .above)
            #expect(position(above - 1e-9) == .straddling)
        }
        if below > 0 {
            #expect(position(below - 1e-9) == .below)
            #expect(position(below + 1e-9) == .straddling)
        }
    }

    @Test func moreRowsNarrowTheInterval() {
        let widths = [10, 100, 1_000, 10_000].map { rows in
            let interval = WilsonInterval(proportion: 0.2, count: rows, confidence: 0.95)
            return interval.upper - interval.lower
        }
        #expect(widths == widths.sorted(by: >))
    }

    /// The exact probability, by the binomial distribution, that the interval holds the truth; on average it is near nominal.
    @Test func coverageIsNominalOnAverage() {
        let (rows, truths) = (100, stride(from: 0.05, through: 0.5, by: 0.005))
        let coverages = truths.map { truth -> Double in
            var (probability, covered) = ((0..<rows).reduce(1.0) { product, _ in product * (1 - truth) }, 0.0)
            for errors in 0...rows {
                let interval = WilsonInterval(proportion: Double(errors) / Double(rows), count: rows, confidence: 0.95)
                if interval.lower <= truth, truth <= interval.upper { covered += probability }
                probability *= Double(rows - errors) / Double(errors + 1) * truth / (1 - truth)
            }
            return covered
        }
        let mean = coverages.reduce(0, +) / Double(coverages.count)
        // Brown, Cai and DasGupta (2001) show the mean coverage of the Wilson interval within half a point of nominal at n = 100.
        #expect(abs(mean - 0.95) < 0.005)
    }
}
