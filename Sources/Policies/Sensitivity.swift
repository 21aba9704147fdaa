import Adapters
import StrictJSON

/// How far each input of a verdict is from flipping it, the others staying as they are: a pure function of facts, policy and moment.
public struct Sensitivity: Sendable, Hashable {
    public enum Input: String, Sendable, Hashable, CaseIterable {
        case baseError = "base_error"
        /// Rows behind the base's error, at the same rate.
        case rows = "base_error_rows"
        case examples
        case horizon
    }

    /// The nearest value of an input at which something else is said.
    public struct Change: Sendable, Hashable {
        public let input: Input
        public let relation: Counterfactual.Relation
        public let to: RuleValue
        /// In percentage points, rows or mean months; nil where the input is not known now.
        public let by: Double?
        /// As a share of the present value; nil where that is 0 or unknown.
        public let relative: Double?
        /// What is said there.
        public let answer: Verdict.Answer
    }

    public struct Line: Sendable, Hashable {
        public let input: Input
        public let value: RuleValue?
        /// Nil where no smaller, or larger, value says anything else.
        public let down: Change?
        public let up: Change?
    }

    public let answer: Verdict.Answer
    public let lines: [Line]
    /// The smallest sets of changes that lead to yes: single ones where one is enough, else pairs, else more; none when it is yes
    /// already, or when no value of the inputs helps, as with stale evidence.
    public let waysToYes: [[Change]]

    public init(of facts: FineTuningFacts, by policy: Policy, now: Timestamp) {
        let probe = VerdictProbe(facts: facts, policy: policy, now: now)
        answer = probe.answer
        lines = Input.allCases.map { input in
            Line(
                input: input, value: facts.value(of: input), down: probe.nearest(input, .down), up: probe.nearest(input, .up))
        }
        waysToYes = probe.answer == .yes ? [] : probe.waysToYes()
    }

    public var json: JSONValue {
        [
            "verdict": .string(answer.rawValue), "inputs": .array(lines.map(\.json)),
            "ways_to_yes": .array(waysToYes.map { .array($0.map(\.json)) }),
        ]
    }
}

extension Sensitivity.Input {
    /// The unit of `Change.by`.
    public var unit: String {
        switch self {
        case .baseError: "points"
        case .rows, .examples: "rows"
        case .horizon: "months"
        }
    }
}

extension Sensitivity.Line {
    fileprivate var json: JSONValue {
        [
            "input": .string(input.rawValue), "value": value?.json ?? .null, "unit": .string(input.unit),
            "down": down?.json ?? .null, "up": up?.json ?? .null,
        ]
    }
}

extension Sensitivity.Change {
    /// `above 15 %`, `at least 500`, `below 6mo`.
    public var words: String { "\(relation.rawValue.replacing("_", with: " ")) \(to.words)" }

    fileprivate var json: JSONValue {
        func number(_ value: Double?) -> JSONValue { value.map { .number($0.recorded) } ?? .null }
        return [
            "input": .string(input.rawValue), "relation": .string(relation.rawValue), "to": to.json, "by": number(by),
            "relative": number(relative), "verdict": .string(answer.rawValue),
        ]
    }
}

extension FineTuningFacts {
    fileprivate func value(of input: Sensitivity.Input) -> RuleValue? {
        switch input {
        case .baseError: baseError.map { .rate($0.value) }
        case .rows: baseError?.sampleSize.map { .count($0) }
        case .examples: effectiveExamples.map { .count($0) }
        case .horizon: horizon.map { .span($0) }
        }
    }
}
