import Adapters
import GRDB

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
                    take(&releases[name, default: AdapterReleases()], VersionID(name, try row.decode(Int.self, atIndex: 1)))
                }
            }
            try each("versions", "true") { $0.versions.append($1) }
            try each("aliases", "alias = 'production'") { $0.production = $1 }
            try each("events", "kind = 'promoted'") { $0.promoted.insert($1) }
            return releases
        }
    }

    /// What is recorded of some versions; those that are not listed are left out.
    public func published(_ versions: some Sequence<VersionID>) throws -> [VersionID: PublishedVersion] {
        try read { database in
            let statement = try database.cachedStatement(sql: "SELECT * FROM versions WHERE adapter = ? AND number = ?")
            var published: [VersionID: PublishedVersion] = [:]
            for version in versions {
                let row = try Row.fetchOne(statement, arguments: [version.adapter.text, version.number])
                if let row { published[version] = try PublishedVersion(row) }
            }
            return published
        }
    }
}
