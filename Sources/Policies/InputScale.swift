import Adapters
import Monitoring

/// The values that an input can take, as whole steps: wrong rows of a measurement, millionths of a number given by hand, rows, days.
struct InputScale {
    let input: Sensitivity.Input
    let range: ClosedRange<Int>
    /// Where the facts stand, in steps.
    let present: Double?
    /// The present value in its own unit: a share, rows, mean months.
    let number: Double?
    private let base: FineTuningFacts

    /// The finest difference between numbers given by hand.
    private static let millionth = 1_000_000
    private static let largestCount = 1_000_000_000

    /// Nil where the input says nothing: rows of a number that was given by hand.
    init?(_ input: Sensitivity.Input, of facts: FineTuningFacts) {
        self.input = input
        base = facts
        switch input {
        case .baseError:
            let steps = facts.baseError?.sampleSize ?? Self.millionth
            range = 0...steps
            number = facts.baseError?.value
            present = number.map { Self.steady($0 * Double(steps)) }
        case .rows:
            guard let rows = facts.baseError?.sampleSize else { return nil }
            range = 1...max(rows, Self.largestCount)
            (number, present) = (Double(rows), Double(rows))
        case .examples:
            range = 0...max(facts.effectiveExamples ?? 0, Self.largestCount)
            number = facts.effectiveExamples.map(Double.init)
            present = number
        case .horizon:
            range = 0...CalendarSpan.largestCount
            number = facts.horizon?.meanMonths
            present = facts.horizon?.meanDays
        }
    }

    /// 0.22 · 200 is 44, whatever the last bits say.
    private static func steady(_ value: Double) -> Double {
        abs(value - value.rounded()) < 1e-6 ? value.rounded() : value
    }

    func facts(_ step: Int) -> FineTuningFacts { setting(base, to: step) }

    func setting(_ facts: FineTuningFacts, to step: Int) -> FineTuningFacts {
        var facts = facts
        switch input {
        case .baseError:
            let error = facts.baseError
            facts.baseError = MeasuredRate(
                Double(step) / Double(range.upperBound), sampleSize: error?.sampleSize, measuredAt: error?.measuredAt,
                spread: error?.spread)
        case .rows:
            facts.baseError = facts.baseError.flatMap { error in
                MeasuredRate(
                    error.value, sampleSize: step, measuredAt: error.measuredAt,
                    spread: error.spread?.with(rows: step, insteadOf: error.sampleSize ?? step))
            }
        case .examples: facts.effectiveExamples = step
        case .horizon: facts.horizon = CalendarSpan(step, .day)
        }
        return facts
    }

    /// A step as the boundary it stands for, with its number in the input's own unit. A horizon turns at the policy's own span, and a number
    /// given by hand passes from the millionth after the threshold on, that is, above it.
    func boundary(
        at step: Int, _ direction: VerdictProbe.Direction, horizon: CalendarSpan
    ) -> (Counterfactual.Relation, RuleValue, Double) {
        switch input {
        case .baseError where base.baseError?.sampleSize == nil && direction == .up:
            let below = Double(step - 1) / Double(Self.millionth)
            return (.above, .rate(below), below)
        case .baseError:
            let share = Double(step) / Double(range.upperBound)
            return (direction == .up ? .atLeast : .atMost, .rate(share), share)
        case .rows, .examples: return (direction == .up ? .atLeast : .atMost, .count(step), Double(step))
        case .horizon: return (direction == .up ? .atLeast : .below, .span(horizon), horizon.meanMonths)
        }
    }
}

extension Sensitivity.Input {
    /// The rule that it is an input of.
    var rule: String { self == .rows ? Self.baseError.rawValue : rawValue }
}
