/// How a candidate did on the held-out rows, and how the systems did that it is measured against.
public struct GateFacts: Sendable, Hashable {
    public var candidateError: MeasuredRate
    public var base: Rival
    /// The version that the alias `production` names, if any.
    public var production: Rival?
    /// The version that the candidate was trained to succeed, if any.
    public var parent: Rival?
    /// The share of the candidate's written answers that ended by themselves: to the held-out rows, and to its golden probes; nil where it
    /// wrote none.
    public var stopRate: Double?
    public var probeStopRate: Double?
    /// The largest change that the adapter makes to the log-probability of one token of its golden probes, in nats; nil where nobody looked.
    public var effect: Double?
    /// The candidate against the base on each out-of-domain suite.
    public var suites: [SuiteComparison] = []
    /// What became of regressions that were found once and are asked for ever since; nil where nobody asked.
    public var kept: KeptProbes?
    /// Rows that the candidate learned from although the held-out set knows them; nil where nobody looked.
    public var leakedRows: Int?

    public init(candidateError: MeasuredRate, base: Rival, production: Rival? = nil, parent: Rival? = nil) {
        self.candidateError = candidateError
        self.base = base
        self.production = production
        self.parent = parent
    }

    /// The permanent probes of an adapter, put to a candidate.
    public struct KeptProbes: Sendable, Hashable {
        public var count: Int
        /// The names of those that it failed.
        public var failed: [String]

        public init(count: Int, failed: [String]) { (self.count, self.failed) = (count, failed) }
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
