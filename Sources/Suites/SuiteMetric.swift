import Metrics
import StrictJSON
import Training

/// How the rows of a suite are scored.
public enum SuiteMetric: Sendable, Hashable {
    case task(TaskMetric)
    /// One over the perplexity of each text, which lies in 0 … 1: the geometric mean of its tokens' probabilities.
    case perplexity

    private static let perplexityName = "perplexity"

    /// The names that a suite can be added with: metrics that need nothing but their name, and `perplexity`.
    public static let names: [String] =
        TaskMetric.Name.allCases.filter { named($0) != nil }.map(\.rawValue) + [perplexityName]

    /// Nil for a name that is not among `names`.
    public init?(name: String) {
        if name == Self.perplexityName {
            self = .perplexity
        } else if let metric = TaskMetric.Name(rawValue: name).flatMap(Self.named) {
            self = .task(metric)
        } else {
            return nil
        }
    }

    private static func named(_ name: TaskMetric.Name) -> TaskMetric? {
        switch name {
        // a pattern and a command must be told
        case .regex, .external: nil
        default: TaskMetric(json: .string(name.rawValue))
        }
    }

    public var name: String {
        switch self {
        case .task(let metric): metric.name.rawValue
        case .perplexity: Self.perplexityName
        }
    }

    public var evaluation: EvaluationMetric {
        switch self {
        case .task(let metric): .task(metric)
        case .perplexity: .loss
        }
    }
}
