import Adapters
import DurableFiles
import Faults
import Foundation
import GRDB

/// Renaming. The old name gets an event that ends it, from which alone all else follows: whoever finds that event can finish what a crash
/// cut short, and comes to the same bytes.
extension AdapterRegistry {
    /// Ends a name: its aliases go, and nothing is moved or trained under it any more.
    ///
    /// - Throws: `StateError.notActive` for one that was retired or renamed before; `RenameError.taken` when the new name has a history.
    public func endName(_ old: AdapterName, becoming new: AdapterName, on occasion: Occasion) throws -> RegistryEvent {
        try change(old) { transaction in
            let standing = try Self.events(of: old, transaction.database).standing
            guard [.active, .archived].contains(standing.state) else { throw StateError.notActive(old, standing) }
            guard try Self.snapshot(of: new, transaction.database).isEmpty else { throw RenameError.taken(new) }
            let aliases = try Self.aliases(of: old, transaction.database)
            return try Self.record(
                .renamedTo, of: nil, on: occasion, otherName: new, moves: Self.moves(aliases, to: aliases.mapValues { _ in nil }),
                &transaction)
        }
    }

    /// Copies all that happened under the old name to the new one, unless that has its history already.
    ///
    /// - Parameter ending: the event that ended the old name.
    public func takeOver(from old: AdapterName, _ ending: RegistryEvent) throws {
        guard let new = ending.otherName else { return }
        try change(new) { transaction in
            let database = transaction.database
            guard try Self.snapshot(of: new, database).isEmpty else { return }
            for change in try Self.snapshot(of: old, database) where change != .happened(ending) {
                try transaction.make(change.renamed(new))
            }
            let occasion = Occasion(actor: ending.actor, at: ending.at, reason: ending.reason)
            _ = try Self.record(.renamedFrom, of: nil, on: occasion, otherName: old, moves: [], &transaction)
        }
    }

    /// The names that were ended by a renaming, each with the event.
    public func endedNames() throws -> [(old: AdapterName, ending: RegistryEvent)] {
        try read { database in
            let rows = try Row.fetchAll(
                database, sql: "SELECT * FROM events WHERE number IS NULL AND kind = 'renamed_to' ORDER BY adapter, id")
            return try rows.map { row in
                let old = try row.adapter()
                return (old, try Self.event(row, of: old, database))
            }
        }
    }

    /// Whether anything is recorded of an adapter.
    public func hasRecords(of adapter: AdapterName) throws -> Bool {
        let tables = ["runs", "versions", "events", "measurements", "decisions"]
        let any = tables.map { "EXISTS (SELECT 1 FROM \($0) WHERE adapter = :adapter)" }.joined(separator: " OR ")
        return try read { database in
            try Bool.fetchOne(database, sql: "SELECT \(any)", arguments: ["adapter": adapter.text]) ?? false
        }
    }

    /// Moves what runs left in staging, while nobody works there.
    public func moveStaging(from old: AdapterName, to new: AdapterName) throws {
        let (source, target) = (layout.staging(of: old), layout.staging(of: new))
        guard FileManager.default.fileExists(atPath: source.path), !FileManager.default.fileExists(atPath: target.path) else {
            return
        }
        try DurableFile.rename(source, to: target)
    }
}

/// Why an adapter cannot take a name.
public enum RenameError: Error, Hashable {
    case taken(AdapterName)
    /// Git holds tags of that name, which no index knows.
    case tagged(VersionID)
    case same(AdapterName)
    /// The old name is ended; what follows from that is not done yet, and why.
    case unfinished(AdapterName, AdapterName, Explanation)
}
