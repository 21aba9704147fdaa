/// How positions become rotation angles: `angle = position · inverseFrequency[i]`, cos and sin multiplied by `attentionFactor`.
public struct RotaryConfiguration: Sendable, Hashable {
    /// The rules that change the plain frequencies `theta^(−2i/d)`, under their `rope_type` names.
    public enum Scaling: Sendable, Hashable {
        case `default`
        case linear(factor: Double)
        case llama3(factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalPositions: Int)
        case yarn(YaRN)
        /// NTK-aware growth of theta beyond `originalPositions`.
        case dynamic(factor: Double, originalPositions: Int)
    }

    /// The fields of `rope_type: "yarn"`.
    public struct YaRN: Sendable, Hashable {
        public let factor: Double
        public let originalPositions: Int
        public let betaFast: Double
        public let betaSlow: Double
        /// Whether the two corner dimensions are rounded outward.
        public let truncates: Bool
        public let attentionFactor: Double
    }

    public let theta: Double
    /// How many leading dimensions of a head rotate; even.
    public let dimensions: Int
    public let scaling: Scaling
}
