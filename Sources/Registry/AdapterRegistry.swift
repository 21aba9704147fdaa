import Adapters
import DurableFiles
import Foundation
import GRDB

/// The records of declared adapters: their files, and the index of runs, versions, aliases, evidence and decisions.
///
/// Git is the truth for versions; the index is what can be asked quickly. Every change is one transaction, so that a process that
/// dies leaves either all of it or nothing.
public final class AdapterRegistry: Sendable {
    /// What a process may do with a registry.
    public enum Access: Sendable {
        case readOnly, readWrite

        /// All that the file system allows.
        public static func most(of layout: RegistryLayout) -> Access {
            let isThere = FileManager.default.fileExists(atPath: layout.state.path)
            return Foundation.access((isThere ? layout.state : layout.root).path, W_OK) == 0 ? .readWrite : .readOnly
        }
    }

    public let layout: RegistryLayout
    public let access: Access
    private let database: DatabaseQueue

    /// Opens a registry and brings its index to the present schema; one that can only be read must have that schema already.
    ///
    /// - Throws: `RegistryError.notARegistry` when the marker is missing; `.newerFormat` or `.newerSchema` when a later release
    ///   wrote it.
    public static func open(at layout: RegistryLayout, access: Access? = nil) throws -> AdapterRegistry {
        guard layout.isMarked else { throw RegistryError.notARegistry(path: layout.root.path) }
        try RegistryMarker.check(layout.marker)
        let access = access ?? .most(of: layout)
        switch access {
        case .readOnly:
            return AdapterRegistry(layout: layout, access: access, database: try IndexDatabase.openReadOnly(layout))
        case .readWrite:
            try layout.prepareState()
            return AdapterRegistry(layout: layout, access: access, database: try IndexDatabase.open(layout))
        }
    }

    private init(layout: RegistryLayout, access: Access, database: DatabaseQueue) {
        self.layout = layout
        self.access = access
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
