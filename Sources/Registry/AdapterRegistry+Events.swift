import Adapters
import GRDB

extension AdapterRegistry {
    /// Adds an event; its moves move the aliases (the schema sees to that).
    static func record(
        _ kind: RegistryEvent.Kind, of version: VersionID, on occasion: Occasion, moves: [RegistryEvent.Move],
        _ database: Database
    ) throws -> RegistryEvent {
        try database.execute(
            sql: "INSERT INTO events (kind, adapter, number, at, actor, reason) VALUES (?, ?, ?, ?, ?, ?)",
            arguments: [
                kind.rawValue, version.adapter.text, version.number, occasion.at.secondsSinceEpoch, "\(occasion.actor)",
                occasion.reason,
            ])
        let id = Int(database.lastInsertedRowID)
        for move in moves {
            try database.execute(
                sql: "INSERT INTO alias_moves (event, alias, adapter, from_number, to_number) VALUES (?, ?, ?, ?, ?)",
                arguments: [id, move.alias.text, version.adapter.text, move.from?.number, move.to?.number])
        }
        return RegistryEvent(
            id: id, kind: kind, version: version, at: occasion.at, actor: occasion.actor, reason: occasion.reason, moves: moves)
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

    private static func event(_ row: Row, id: Int, _ adapter: AdapterName, moves: [Row]) throws -> RegistryEvent {
        RegistryEvent(
            id: id, kind: try row.choice("kind", of: RegistryEvent.Kind.self),
            version: VersionID(adapter, try row.decode(Int.self, forColumn: "number")), at: try row.timestamp("at"),
            actor: try row.actor("actor"), reason: try row.text("reason"),
            moves: try moves.map { move in
                RegistryEvent.Move(
                    alias: try move.alias("alias"), from: try move.version("from_number", of: adapter),
                    to: try move.version("to_number", of: adapter))
            })
    }
}
