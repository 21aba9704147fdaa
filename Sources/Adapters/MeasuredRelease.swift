/// What was measured when a version was released.
public protocol MeasuredRelease {
    var metrics: [NamedMetric] { get }
    /// When training ended.
    var finishedAt: Timestamp? { get }
}

extension MeasuredRelease {
    /// Nil where the metric was not recorded.
    public func metric(_ name: String) -> Double? { metrics.first { $0.name == name }?.value }

    public func count(_ name: String) -> Int? { metric(name).flatMap { Int(exactly: $0) } }

    /// The error at release; nil when it was not recorded as one.
    public var error: MeasuredRate? {
        guard let error = metric(NamedMetric.error), let finishedAt else { return nil }
        return MeasuredRate(error, sampleSize: count(NamedMetric.heldOutRows), measuredAt: finishedAt)
    }
}
