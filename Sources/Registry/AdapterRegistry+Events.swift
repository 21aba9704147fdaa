import Adapters
import GRDB

extension AdapterRegistry {
    /// Adds an event, which moves aliases; one without a version befalls the transaction's adapter.
    static func record(
        _ kind: RegistryEvent.Kind, of version: VersionID?, on occasion: Occasion, isForced: Bool = false,
        otherName: AdapterName? = nil, moves: [RegistryEvent.Move], _ transaction: inout ChangeTransaction
    ) throws -> RegistryEvent {
        let event = RegistryEvent(
            id: try next(in: "events", of: transaction.adapter, transaction.database), kind: kind, version: version,
            at: occasion.at, actor: occasion.actor, reason: occasion.reason, isForced: isForced, otherName: otherName,
            moves: moves)
        try transaction.make(.happened(event))
        return event
    }

    static func events(of adapter: AdapterName, _ database: Database) throws -> [RegistryEvent] {
        let moves = try Row.fetchAll(
            database, sql: "SELECT * FROM alias_moves WHERE adapter = ? ORDER BY event, alias", arguments: [adapter.text])
        let movesByEvent = Dictionary(grouping: moves) { (row: Row) -> Int in row["event"] }
        return try Row.fetchAll(
            database, sql: "SELECT * FROM events WHERE adapter = ? ORDER BY id", arguments: [adapter.text]
        ).map { row in
            let id = try row.decode(Int.self, forColumn: "id")
            return try event(row, id: id, adapter, moves: movesByEvent[id] ?? [])
        }
    }

    /// One event with its moves.
    static func event(_ row: Row, of adapter: AdapterName, _ database: Database) throws -> RegistryEvent {
        let id = try row.decode(Int.self, forColumn: "id")
        let moves = try Row.fetchAll(
            database, sql: "SELECT * FROM alias_moves WHERE adapter = ? AND event = ? ORDER BY alias",
            arguments: [adapter.text, id])
        return try event(row, id: id, adapter, moves: moves)
    }

    private static func event(_ row: Row, id: Int, _ adapter: AdapterName, moves: [Row]) throws -> RegistryEvent {
        let kind = try row.choice("kind", of: RegistryEvent.Kind.self)
        let version = try kind.concernsAdapter ? nil : row.numberedVersion(of: adapter)
        return RegistryEvent(
            id: id, kind: kind, version: version, at: try row.timestamp("at"), actor: try row.actor("actor"),
            reason: try row.text("reason"), isForced: try row.decode(Bool.self, forColumn: "forced"),
            otherName: try kind.namesAnother ? row.adapter("other_name") : nil,
            moves: try moves.map { move in
                RegistryEvent.Move(
                    alias: try move.alias("alias"), from: try move.version("from_number", of: adapter),
                    to: try move.version("to_number", of: adapter))
            })
    }
}
