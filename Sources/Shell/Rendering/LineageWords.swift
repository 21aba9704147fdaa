import Adapters

/// Where a version comes from, in words; what nobody knows is said to be unknown.
enum LineageWords {
    static let unknown = "unknown"

    static func run(_ lineage: Lineage) -> String {
        lineage.run.map { "\($0)" } ?? (lineage.adoption == nil ? unknown : "none here; it was adopted")
    }

    static func data(_ lineage: Lineage) -> String {
        lineage.dataset.map { "\($0) (\(counted($0.train.rows, "row")))" } ?? "unknown data"
    }

    static func time(_ lineage: Lineage) -> String {
        switch (lineage.startedAt, lineage.finishedAt) {
        case (let start?, let end?): "\(start) to \(end)"
        case (nil, let end?): "until \(end)"
        default: "at an unknown time"
        }
    }

    /// The lines that tell of an adoption; none for a version that was trained here.
    static func adoption(_ lineage: Lineage) -> [String] {
        guard let adoption = lineage.adoption else { return [] }
        let base = adoption.namedBase.map { "; it names its base \($0)" } ?? "; it names no base"
        return ["adopted from \(adoption.folder) (\(adoption.layout.rawValue))\(base)"]
            + adoption.sources.map { "  \($0.name) \($0.digest)" }
            + adoption.leftOut.map { "  left out: \(Wording.visible($0.name)), \($0.what)" }
    }
}
