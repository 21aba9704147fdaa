import Adapters
import DurableFiles
import Foundation
import GRDB

/// The records of declared adapters: their files, and the index of runs, versions, aliases, evidence and decisions.
///
/// Git is the truth for versions; the index is what can be asked quickly. Every change is one transaction, so that a process that
/// dies leaves either all of it or nothing.
public final class AdapterRegistry: Sendable {
    public let layout: RegistryLayout
    private let database: DatabaseQueue

    /// Opens a registry and brings its index to the present schema.
    ///
    /// - Throws: `RegistryError.notARegistry` when the marker is missing; `.newerFormat` or `.newerSchema` when a later release
    ///   wrote it.
    public static func open(at layout: RegistryLayout) throws -> AdapterRegistry {
        guard layout.isMarked else { throw RegistryError.notARegistry(path: layout.root.path) }
        try RegistryMarker.check(layout.marker)
        try layout.prepareState()
        return AdapterRegistry(layout: layout, database: try IndexDatabase.open(layout))
    }

    private init(layout: RegistryLayout, database: DatabaseQueue) {
        self.layout = layout
        self.database = database
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try IndexDatabase.translatingErrors(at: layout.database) { try database.read(body) }
    }

    /// Runs `body` in one transaction that takes the write lock first (`BEGIN IMMEDIATE`): what it reads stays true until it ends.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try IndexDatabase.translatingErrors(at: layout.database) { try database.write(body) }
    }
}
