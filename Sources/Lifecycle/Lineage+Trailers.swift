import Adapters
import Training
import Versions

extension Lineage {
    /// What tag and commit say for programs. What nobody knows of an adopted version is said to be unknown, not left out.
    ///
    /// - Parameter settings: by the names of the trainer's options; those without a value are left out.
    func trailers(escalated precursor: RunID? = nil, settings: [(String, String?)]) -> [VersionMessage.Trailer] {
        let facts: [(String, String?)] =
            [
                ("Adapter", version.adapter.text), ("Version", version.label), ("Run", run.map { "\($0)" }),
                ("Base", base.name.text), ("Base-Revision", base.revision), ("Base-Digest", "\(base.digest)"),
                ("Dataset", dataset.map { "\($0)" } ?? "unknown"), ("Dataset-Digest", dataset.map { "\($0.digest)" }),
                ("Dataset-Rows", dataset.map { "\($0.train.rows)" }), (VersionMessage.datasetTagKey, dataset?.id.tag),
                ("Stop-Reason", stop), ("Escalated-From", precursor.map { "\($0)" }),
            ] + (adoption.map { adopted($0) } ?? [])
        let options = settings.map { name, value in (name == TrainingOption.rank.rawValue ? "Rank" : name.capitalizedKey, value) }
        let measured = metrics.map { ("Metric-" + $0.name.capitalizedKey, Optional("\($0.value)")) }
        return (facts + options + measured).compactMap { key, value in value.map { VersionMessage.Trailer(key, $0) } }
    }

    private func adopted(_ adoption: Adoption) -> [(String, String?)] {
        [
            ("Trained-At", finishedAt.map { "\($0)" } ?? "unknown"), ("Trained-By", madeBy ?? "unknown"),
            ("Adopted-From", adoption.folder), ("Adopted-Layout", adoption.layout.rawValue),
            ("Adopted-Whole", adoption.isPartial ? "no" : "yes"),
        ] + adoption.sources.map { ("Source", "\($0.name) \($0.digest)") }
    }
}

extension String {
    /// `max_steps` as `Max-Steps`.
    var capitalizedKey: String {
        split(separator: "_").map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined(separator: "-")
    }
}
