import Faults

/// Why a metric cannot be applied.
public enum MetricError: Error, Hashable {
    /// Why answers cannot be held against an expected one.
    public enum Unfit: Sendable, Hashable {
        case noNumber
        case noJSON
        case noField(String)
        /// The metric's pattern captures something that the expected answer has not.
        case noMatch
    }

    case badPattern(String)
}

extension MetricError.Unfit {
    /// What is wrong, as the end of a sentence about the row's answer.
    public var words: String {
        switch self {
        case .noNumber: "has no number to compare with"
        case .noJSON: "is not JSON"
        case .noField(let field): "has no member '\(field)'"
        case .noMatch: "does not match the metric's pattern"
        }
    }
}

extension MetricError: Explained {
    public var explanation: Explanation {
        switch self {
        case .badPattern(let text):
            Explanation("'\(text)' is no regular expression.", next: "Correct the metric's pattern.", kind: .usage)
        }
    }
}
