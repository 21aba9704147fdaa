import Metrics
import StrictJSON

/// How answers to held-out rows are judged.
public enum EvaluationMetric: Sendable, Hashable {
    /// By what a task counts as errors. A label is chosen by the sum of its tokens' log-probabilities (not divided by their number; the
    /// end-of-turn token counts), and a tie is an error; everything else is written greedily.
    case task(TaskMetric)
    /// Mean loss per supervised token, in nats: token-weighted.
    case loss

    public static let labelAccuracy = task(.labelAccuracy(.logLikelihood))
    public static let exactMatch = task(.exactMatch)

    public var name: String {
        switch self {
        case .task(let metric): metric.name.rawValue
        case .loss: "loss"
        }
    }
}
