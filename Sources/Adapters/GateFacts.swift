/// How a candidate did on the held-out rows, and how the systems did that it is measured against.
public struct GateFacts: Sendable, Hashable {
    public var candidateError: MeasuredRate
    public var base: Rival
    /// The version that the alias `production` names, if any.
    public var production: Rival?
    /// The version that the candidate was trained to succeed, if any.
    public var parent: Rival?

    public init(candidateError: MeasuredRate, base: Rival, production: Rival? = nil, parent: Rival? = nil) {
        self.candidateError = candidateError
        self.base = base
        self.production = production
        self.parent = parent
    }

    /// A system that answered the same rows as the candidate.
    public struct Rival: Sendable, Hashable {
        public var error: MeasuredRate
        /// The candidate as the first, the rival as the second; nil when the rows were not compared one by one.
        public var pairs: PairedCounts?
        /// The candidate as the first, the rival as the second, by whatever the metric is; nil when the rows were not compared.
        public var comparison: PairedComparison?
        /// The same for each slice of the rows.
        public var slices: [SliceComparison]

        public init(
            error: MeasuredRate, pairs: PairedCounts? = nil, comparison: PairedComparison? = nil, slices: [SliceComparison] = []
        ) {
            self.error = error
            self.pairs = pairs
            self.comparison = comparison
            self.slices = slices
        }
    }
}
