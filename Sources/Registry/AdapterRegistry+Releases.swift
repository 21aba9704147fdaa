import Adapters
import GRDB
import SharedWork

/// Which versions of an adapter there are and which of them have served, without what is recorded of each.
public struct AdapterReleases: Sendable, Hashable {
    /// Ascending.
    public internal(set) var versions: [VersionID] = []
    public internal(set) var production: VersionID?
    /// Every version that was ever promoted.
    public internal(set) var promoted: Set<VersionID> = []
}

extension AdapterRegistry {
    /// - Parameter adapter: only this one; nil for all.
    public func releases(of adapter: AdapterName? = nil) throws -> [AdapterName: AdapterReleases] {
        try read { database in
            var releases: [AdapterName: AdapterReleases] = [:]
            func each(_ table: String, _ condition: String, _ take: (inout AdapterReleases, VersionID) -> Void) throws {
                let rows = try Row.fetchCursor(
                    database,
                    sql: """
                        SELECT adapter, number FROM \(table) WHERE \(condition) AND (:adapter IS NULL OR adapter = :adapter)
                        ORDER BY adapter, number
                        """, arguments: ["adapter": adapter?.text])
                while let row = try rows.next() {
                    let name = try row.adapter()
                    take(
                        &releases[name, default: AdapterReleases()],
                        VersionID(name, try Row.counted(row.decode(Int.self, atIndex: 1), "number")))
                }
            }
            try each("versions", "true") { $0.versions.append($1) }
            try each("aliases", "alias = 'production'") { $0.production = $1 }
            try each("events", "kind = 'promoted'") { $0.promoted.insert($1) }
            return releases
        }
    }

    /// What is recorded of some versions; those that are not listed are left out.
    public func glances(at versions: some Sequence<VersionID>) throws -> [VersionID: VersionGlance] {
        let rows = try read { database in
            // SQLite leaves out in a moment what to parse would take most of the time
            let statement = try database.cachedStatement(
                sql: """
                    SELECT commit_id, json_remove(lineage, '$.plan') AS lineage, published_at
                    FROM versions WHERE adapter = ? AND number = ?
                    """)
            return try versions.compactMap { version in
                try Row.fetchOne(statement, arguments: [version.adapter.text, version.number]).map { row in
                    GlanceRow(
                        version: version, commit: try row.commit("commit_id"), at: try row.timestamp("published_at"),
                        lineage: try row.text("lineage"))
                }
            }
        }
        let glances = try inShares(of: 250, rows) { share in try share.map { ($0.version, try $0.glance) } }
        return Dictionary(glances) { first, _ in first }
    }
}

/// A version as it lies in the index, not parsed yet.
private struct GlanceRow: Sendable {
    let version: VersionID
    let commit: CommitID
    let at: Timestamp
    let lineage: String

    var glance: VersionGlance {
        get throws { try VersionGlance(lineage: RecordedText.json(lineage, of: "lineage"), commit: commit, at: at) }
    }
}
