import Adapters
import Metrics

/// An error with its interval: one less a metric's value.
///
/// A share of wrong rows has Wilson's interval, every other error that of the bootstrap over rows, which a formula that sums counts first
/// (BLEU, chrF, macro F1) needs as a mean does. Where all draws are the same they know nothing of rows that were not seen, and Wilson's
/// interval stands in: scores in 0 … 1 vary at most as much as right and wrong do.
public struct ErrorInterval: Sendable, Hashable {
    public let rows: Int
    public let value: Double
    public let lower: Double
    public let upper: Double
    public let confidence: Double

    /// Nil without rows. Of a single row that is scored nothing is known: 0 to 1.
    public init?(_ answers: ScoredAnswers, confidence: Double) {
        guard let score = answers.value else { return nil }
        (rows, value, self.confidence) = (answers.count, min(1, max(0, 1 - score)), confidence)
        if answers.kind == .rightOrWrong {
            let wilson = WilsonInterval(proportion: value, count: rows, confidence: confidence)
            (lower, upper) = (wilson.lower, wilson.upper)
        } else if rows == 1 {
            (lower, upper) = (0, 1)
        } else {
            let bootstrap = Bootstrap(rows: rows, seed: Bootstrap.seed) { 1 - answers.value(of: $0) }
            let isBlind = bootstrap.draws.first == bootstrap.draws.last
            let wilson = WilsonInterval(proportion: value, count: rows, confidence: confidence)
            lower = isBlind ? wilson.lower : max(0, min(value, bootstrap.quantile((1 - confidence) / 2)))
            upper = isBlind ? wilson.upper : min(1, max(value, bootstrap.quantile((1 + confidence) / 2)))
        }
    }

    /// Of a rate that was measured: by its spread where it is no share of rows, else Wilson's.
    ///
    /// - Precondition: `rate` has a sample.
    public init(_ rate: MeasuredRate, rows: Int, confidence: Double) {
        (self.rows, value, self.confidence) = (rows, rate.value, confidence)
        guard let spread = rate.spread else {
            let wilson = WilsonInterval(proportion: rate.value, count: rows, confidence: confidence)
            (lower, upper) = (wilson.lower, wilson.upper)
            return
        }
        let factor = spread.factor(to: confidence)
        lower = max(0, rate.value - spread.below * factor)
        upper = min(1, rate.value + spread.above * factor)
    }

    /// Where the interval lies with regard to a threshold that must be exceeded.
    public func position(of threshold: Double) -> WilsonInterval.Position {
        if lower > threshold { return .above }
        return upper <= threshold ? .below : .straddling
    }
}

extension RateSpread {
    /// Of a share of right and wrong rows there is none.
    public init?(_ answers: ScoredAnswers, confidence: Double) {
        guard answers.kind != .rightOrWrong, let interval = ErrorInterval(answers, confidence: confidence) else { return nil }
        self.init(
            confidence: confidence, below: max(0, interval.value - interval.lower), above: max(0, interval.upper - interval.value)
        )
    }

    /// What distances grow by when another confidence is asked for, as those of a normal distribution do.
    public func factor(to confidence: Double) -> Double {
        confidence == self.confidence
            ? 1 : NormalDistribution.twoSidedQuantile(confidence) / NormalDistribution.twoSidedQuantile(self.confidence)
    }

    /// The same spread of another number of rows: distances shrink with the root.
    public func with(rows: Int, insteadOf former: Int) -> RateSpread {
        let factor = (Double(former) / Double(rows)).squareRoot()
        return RateSpread(confidence: confidence, below: below * factor, above: above * factor)
    }
}
