import StrictJSON

/// What maintenance asks of a version: its lineage without the plan, which is most of it.
public struct VersionGlance: Sendable, Hashable, MeasuredRelease {
    public let version: VersionID
    public let commit: CommitID
    /// When it was committed.
    public let at: Timestamp
    public let base: BaseIdentity
    public let dataset: DatasetVersion?
    public let metrics: [NamedMetric]
    public let finishedAt: Timestamp?
    public let isAdopted: Bool

    public init(_ published: PublishedVersion) {
        let lineage = published.lineage
        (version, commit, at) = (lineage.version, published.commit, published.at)
        (base, dataset, metrics) = (lineage.base, lineage.dataset, lineage.metrics)
        (finishedAt, isAdopted) = (lineage.finishedAt, lineage.adoption != nil)
    }

    /// - Parameter lineage: as `Lineage` writes it; the plan may be left out.
    /// - Throws: as `Lineage` does.
    public init(lineage: JSONValue, commit: CommitID, at: Timestamp) throws(DamagedRecord) {
        let reader = try RecordReader(lineage)
        let isAdopted = try Lineage.isAdopted(reader)
        func known(_ key: String) throws(DamagedRecord) -> Bool { isAdopted ? try !reader.value(key).isNull : true }
        version = try reader.parse("version") { text throws(NameError) in try VersionID(text) }
        base = try BaseIdentity(reader.object("base"))
        dataset = try known("dataset") ? DatasetVersion(reader.object("dataset")) : nil
        metrics = try Lineage.metrics(reader)
        finishedAt = try known("finished_at") ? reader.timestamp("finished_at") : nil
        (self.isAdopted, self.commit, self.at) = (isAdopted, commit, at)
    }
}
