import Adapters

/// What is known of the work that an adapter makes; whatever is not known is nil and estimated by the table.
public struct CostFacts: Sendable, Hashable {
    /// How long a training took here, measured from its runs.
    public struct Measured: Sendable, Hashable {
        /// The median of the runs that finished, held-out rows included.
        public let hours: Double
        public let runs: Int

        public init(hours: Double, runs: Int) {
            self.hours = hours
            self.runs = runs
        }
    }

    public var measured: Measured?
    /// Tokens that one training reads.
    public var trainingTokens: Int?
    public var effectiveExamples: Int?
    /// Tokens of the held-out rows.
    public var heldOutTokens: Int?
    /// Of one version.
    public var bytes: Int?

    public init(
        measured: Measured? = nil, trainingTokens: Int? = nil, effectiveExamples: Int? = nil, heldOutTokens: Int? = nil,
        bytes: Int? = nil
    ) {
        self.measured = measured
        self.trainingTokens = trainingTokens
        self.effectiveExamples = effectiveExamples
        self.heldOutTokens = heldOutTokens
        self.bytes = bytes
    }
}
