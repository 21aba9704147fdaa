import Adapters
import GRDB

/// What may be done with which adapter.
extension AdapterRegistry {
    /// The state of every adapter that is not simply active, in one query.
    public func states() throws -> [AdapterName: AdapterState] {
        try read { database in
            let rows = try Row.fetchAll(
                database,
                sql: """
                    SELECT adapter, kind, max(id) FROM events WHERE number IS NULL AND kind <> 'renamed_from' GROUP BY adapter
                    """)
            let states = try rows.map { row in
                (try row.adapter(), AdapterState(after: try row.choice("kind", of: RegistryEvent.Kind.self)))
            }
            return Dictionary(
                states.compactMap { name, state in state.flatMap { $0 == .active ? nil : (name, $0) } },
                uniquingKeysWith: { first, _ in first })
        }
    }

    public func standing(of adapter: AdapterName) throws -> AdapterStanding {
        try read { database in try Self.events(of: adapter, database).standing }
    }

    /// - Throws: `StateError.notActive` when it is archived or retired.
    public func requireActive(_ adapter: AdapterName) throws {
        try read { database in try Self.requireActive(adapter, database) }
    }

    /// Lets an adapter rest.
    @discardableResult
    public func archive(_ adapter: AdapterName, on occasion: Occasion) throws -> RegistryEvent {
        try change(adapter) { transaction in
            try Self.requireActive(adapter, transaction.database)
            return try Self.record(.archived, of: nil, on: occasion, moves: [], &transaction)
        }
    }

    /// Brings an archived adapter back.
    ///
    /// - Throws: `StateError.notArchived`.
    @discardableResult
    public func unarchive(_ adapter: AdapterName, on occasion: Occasion) throws -> RegistryEvent {
        try change(adapter) { transaction in
            let standing = try Self.events(of: adapter, transaction.database).standing
            guard standing.state == .archived else { throw StateError.notArchived(adapter, standing) }
            return try Self.record(.unarchived, of: nil, on: occasion, moves: [], &transaction)
        }
    }

    /// Gives an adapter up for good, and takes every alias away with it.
    ///
    /// - Throws: `StateError.inProduction` while a version is in production, unless forced; `.notActive` when it is retired already.
    @discardableResult
    public func retire(_ adapter: AdapterName, isForced: Bool = false, on occasion: Occasion) throws -> RegistryEvent {
        try change(adapter) { transaction in
            let standing = try Self.events(of: adapter, transaction.database).standing
            guard standing.state != .retired else { throw StateError.notActive(adapter, standing) }
            let aliases = try Self.aliases(of: adapter, transaction.database)
            if let version = aliases[.production], !isForced { throw StateError.inProduction(version) }
            let moves = Self.moves(aliases, to: aliases.mapValues { _ in nil })
            return try Self.record(
                .retired, of: nil, on: occasion, isForced: isForced && aliases[.production] != nil, moves: moves, &transaction)
        }
    }

    static func requireActive(_ adapter: AdapterName, _ database: Database) throws {
        let standing = try events(of: adapter, database).standing
        guard standing.state == .active else { throw StateError.notActive(adapter, standing) }
    }
}

/// Why something cannot be done with an adapter as it stands.
public enum StateError: Error, Hashable {
    case notActive(AdapterName, AdapterStanding)
    case notArchived(AdapterName, AdapterStanding)
    /// It would be retired while it serves.
    case inProduction(VersionID)
}
