import Adapters
import Metrics
import Randomness

extension PairedComparison {
    /// Compares two systems' answers to the same rows.
    ///
    /// Right and wrong answers: McNemar's test, and Bonett and Price's interval. Scores: the paired bootstrap's interval, and for the p-value
    /// approximate randomisation: were both equally good, each row's two answers could change sides.
    /// Source: S. Riezler and J. Maxwell, "On some pitfalls in automatic evaluation and significance testing for MT" (2005).
    ///
    /// Nil unless both are of one kind and of the same rows, at least one.
    public init?(_ first: ScoredAnswers, _ second: ScoredAnswers, confidence: Double) {
        guard first.kind == second.kind, first.count == second.count, let ours = first.value, let theirs = second.value else {
            return nil
        }
        guard let mine = first.correct, let other = second.correct else {
            self.init(scores: first, second, (1 - ours, 1 - theirs), confidence)
            return
        }
        let pairs = PairedCounts(first: mine, second: other)
        let interval = PairedDifference(pairs, rows: first.count, confidence: confidence)
        self.init(
            test: .mcNemar, rows: first.count, first: 1 - ours, second: 1 - theirs, lower: interval.lower, upper: interval.upper,
            confidence: confidence, pValue: McNemarTest.pValue(pairs), pairs: pairs,
            rowsNeeded: McNemarTest.rowsNeeded(pairs, rows: first.count, confidence: confidence))
    }

    private init(
        scores first: ScoredAnswers, _ second: ScoredAnswers, _ errors: (first: Double, second: Double), _ confidence: Double
    ) {
        let difference = errors.second - errors.first
        let bootstrap = Bootstrap(rows: first.count, seed: Bootstrap.seed) { first.value(of: $0) - second.value(of: $0) }
        let z = NormalDistribution.twoSidedQuantile(confidence)
        let root = z * bootstrap.standardError / abs(difference)
        let needed = (Double(first.count) * root * root).rounded(.up)
        let isAlone = first.count == 1
        self.init(
            test: .exchange, rows: first.count, first: errors.first, second: errors.second,
            lower: isAlone ? -1 : min(difference, bootstrap.quantile((1 - confidence) / 2)),
            upper: isAlone ? 1 : max(difference, bootstrap.quantile((1 + confidence) / 2)), confidence: confidence,
            pValue: Self.exchangePValue(first, second, difference), pairs: nil,
            rowsNeeded: difference == 0 || !(needed < 1e9) || isAlone ? nil : max(2, Int(needed)))
    }

    /// How often a difference at least as large comes about when rows change sides: `(1 + hits) / (1 + draws)`.
    private static func exchangePValue(_ first: ScoredAnswers, _ second: ScoredAnswers, _ difference: Double) -> Double {
        guard difference != 0 else { return 1 }
        var generator = SplitMix64(seed: Bootstrap.seed, stream: 1)
        var isExchanged = [Bool](repeating: false, count: first.count)
        var hits = 0
        for _ in 0..<Bootstrap.resamples {
            for row in isExchanged.indices { isExchanged[row] = generator.next() >> 63 == 1 }
            let values = ScoredAnswers.exchanging(first, second, isExchanged)
            // sums in another order differ in their last bits
            if abs(values.first - values.second) >= abs(difference) - 1e-12 { hits += 1 }
        }
        return Double(1 + hits) / Double(1 + Bootstrap.resamples)
    }
}

extension McNemarTest {
    /// The fewest rows at which as large a share of differing rows, parted alike, has a p-value of at most `1 − confidence`.
    ///
    /// Nil where the counts are equal, or where more than 10⁹ rows would be needed.
    public static func rowsNeeded(_ pairs: PairedCounts, rows: Int, confidence: Double) -> Int? {
        guard pairs.onlyFirst != pairs.onlySecond else { return nil }
        func isEnough(_ count: Int) -> Bool {
            let factor = Double(count) / Double(rows)
            let scaled = PairedCounts(
                onlyFirst: Int((Double(pairs.onlyFirst) * factor).rounded()),
                onlySecond: Int((Double(pairs.onlySecond) * factor).rounded()))
            return pValue(scaled) <= 1 - confidence
        }
        var (low, high) = (0, 1)
        while !isEnough(high) {
            guard high < 1_000_000_000 else { return nil }
            (low, high) = (high, high * 2)
        }
        while high - low > 1 {
            let middle = (low + high) / 2
            if isEnough(middle) { high = middle } else { low = middle }
        }
        return high
    }
}
