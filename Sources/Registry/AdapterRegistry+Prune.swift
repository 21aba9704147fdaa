import Adapters
import GRDB

/// Versions whose weights were given up. The record comes first: what dies before the files are gone has promised nothing.
extension AdapterRegistry {
    /// Records that versions give their large files up.
    ///
    /// - Throws: `PruneError.aliased` when an alias points to one of them, whatever the plan said.
    public func prune(_ versions: [VersionID], of adapter: AdapterName, on occasion: Occasion) throws {
        try change(adapter) { transaction in
            let aliases = try Self.aliases(of: adapter, transaction.database)
            for version in versions {
                if let alias = aliases.first(where: { $0.value == version })?.key { throw PruneError.aliased(version, alias) }
                _ = try Self.record(.pruned, of: version, on: occasion, moves: [], &transaction)
            }
        }
    }

    /// The versions of every adapter that were pruned.
    public func prunedVersions() throws -> [VersionID] {
        try read { database in
            try Row.fetchAll(database, sql: "SELECT adapter, number FROM events WHERE kind = 'pruned' ORDER BY adapter, number")
                .map { try $0.numberedVersion(of: $0.adapter()) }
        }
    }

    /// What gave a version's weights up; nil while it has them.
    public func pruning(of version: VersionID) throws -> RegistryEvent? {
        try read { database in try Self.events(of: version.adapter, database).pruning(of: version) }
    }
}

/// Why a version cannot be pruned.
public enum PruneError: Error, Hashable {
    case aliased(VersionID, AliasName)
}
