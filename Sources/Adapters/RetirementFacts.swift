/// What is known when one asks whether an adapter is still worth its upkeep; whatever was not measured is nil.
public struct RetirementFacts: Sendable, Hashable {
    /// The base alone, in its present revision, on the held-out rows of today.
    public var baseError: MeasuredRate?
    /// The version on the same rows, as the first, beside the base as the second.
    public var pairs: PairedCounts?
    /// The same by whatever the metric is; nil when the rows were not compared.
    public var comparison: PairedComparison?
    /// When the span ends for which it was declared to be needed; nil before its first version.
    public var neededUntil: Timestamp?

    public init(
        baseError: MeasuredRate? = nil, pairs: PairedCounts? = nil, comparison: PairedComparison? = nil,
        neededUntil: Timestamp? = nil
    ) {
        self.baseError = baseError
        self.pairs = pairs
        self.comparison = comparison
        self.neededUntil = neededUntil
    }
}
