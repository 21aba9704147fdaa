/// How answers to held-out rows are judged.
public enum EvaluationMetric: String, Sendable, Hashable, CaseIterable {
    /// The share of rows whose own label is likelier than every other, by the sum of its tokens' log-probabilities (not divided by
    /// their number; the end-of-turn token counts). A tie is an error.
    case labelAccuracy = "label_accuracy"
    /// The share of rows whose greedy answer equals the expected one, white space around it apart.
    case exactMatch = "exact_match"
    /// Mean loss per supervised token, in nats: token-weighted.
    case loss
}
