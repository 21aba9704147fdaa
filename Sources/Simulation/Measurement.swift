import Adapters
import Randomness

/// Systems that answer the same rows: drawn row by row, so that what is counted has exactly the distribution that intervals claim to cover.
struct Measurement {
    let rows: Int
    /// Errors of each system.
    let errors: [Int]
    /// The first system beside each: rows that only the first, or only that one, answers rightly.
    let pairs: [PairedCounts]

    /// - Parameter rates: the share of rows that each system errs on.
    init(_ rates: [Double], rows: Int, _ random: inout SplitMix64) {
        var (errors, onlyFirst, onlyOther) = (
            [Int](repeating: 0, count: rates.count), [Int](repeating: 0, count: rates.count),
            [Int](repeating: 0, count: rates.count)
        )
        for _ in 0..<rows {
            let hardness = random.unit()
            var firstErrs = false
            for (index, rate) in rates.enumerated() {
                // a row that is hard for one is hard for all, more often than not; each system's own rate stays what it is
                let draw = random.unit() < WorldAssumptions.sharedHardness ? hardness : random.unit()
                let errs = draw < rate
                if errs { errors[index] += 1 }
                if index == 0 { firstErrs = errs }
                if errs && !firstErrs { onlyFirst[index] += 1 }
                if !errs && firstErrs { onlyOther[index] += 1 }
            }
        }
        self.rows = rows
        self.errors = errors
        pairs = zip(onlyFirst, onlyOther).map { PairedCounts(onlyFirst: $0, onlySecond: $1) }
    }

    func error(of system: Int, at moment: Timestamp) -> MeasuredRate {
        guard let rate = MeasuredRate(errors: errors[system], rows: rows, measuredAt: moment) else {
            preconditionFailure("errors are among the rows")
        }
        return rate
    }
}
