import Adapters
import DurableFiles
import Foundation
import GRDB

/// The records of declared adapters: their files, and the index of runs, versions, aliases, evidence and decisions.
///
/// Git is the truth, for versions and through the journal for all else; the index is what can be asked quickly. Every change is one
/// transaction, so that a process that dies leaves either all of it or nothing.
public final class AdapterRegistry: Sendable {
    /// What a process may do with a registry.
    public enum Access: Sendable {
        case readOnly, readWrite

        /// All that the file system allows.
        static func most(of layout: RegistryLayout) -> Access {
            let isThere = FileManager.default.fileExists(atPath: layout.state.path)
            return Foundation.access((isThere ? layout.state : layout.root).path, W_OK) == 0 ? .readWrite : .readOnly
        }
    }

    public let layout: RegistryLayout
    public let access: Access
    /// What the index is made from again.
    let journal: any ChangeJournal
    let database: DatabaseQueue

    /// Opens a registry and brings its index to the present schema; one that can only be read must have that schema already.
    ///
    /// - Throws: `RegistryError.notARegistry` when the marker is missing; `.newerFormat` or `.newerSchema` when a later release
    ///   wrote it.
    public static func open(
        at layout: RegistryLayout, access: Access? = nil, journal: some ChangeJournal
    ) throws -> AdapterRegistry {
        let access = try access ?? self.access(to: layout)
        switch access {
        case .readOnly:
            return AdapterRegistry(layout, access, journal, try IndexDatabase.openReadOnly(layout))
        case .readWrite:
            return AdapterRegistry(layout, access, journal, try IndexDatabase.open(layout))
        }
    }

    /// What this process may do with a registry that this program can read. Prepares its state folder where it may write.
    ///
    /// - Throws: as `open` does.
    public static func access(to layout: RegistryLayout) throws -> Access {
        guard layout.isMarked else { throw RegistryError.notARegistry(path: layout.root.path) }
        try RegistryMarker.check(layout.marker)
        try requireOpen(layout)
        let access = Access.most(of: layout)
        if access == .readWrite { try layout.prepareState() }
        return access
    }

    /// - Throws: `RegistryError.closed` when there is a state that this user may not look into.
    private static func requireOpen(_ layout: RegistryLayout) throws {
        var status = stat()
        guard stat(layout.state.path, &status) == 0, Foundation.access(layout.state.path, R_OK | X_OK) != 0 else { return }
        let owner = getpwuid(status.st_uid).flatMap { $0.pointee.pw_name }.map { String(cString: $0) } ?? "\(status.st_uid)"
        throw RegistryError.closed(path: layout.state.path, owner: owner)
    }

    init(_ layout: RegistryLayout, _ access: Access, _ journal: any ChangeJournal, _ database: DatabaseQueue) {
        self.layout = layout
        self.access = access
        self.journal = journal
        self.database = database
    }

    func read<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try IndexDatabase.translatingErrors(at: layout.database, on: database) { try database.read(body) }
    }

    /// Runs `body` in one transaction that takes the write lock first (`BEGIN IMMEDIATE`): what it reads stays true until it ends.
    func write<Value>(_ body: (Database) throws -> Value) throws -> Value {
        try IndexDatabase.translatingErrors(at: layout.database, on: database) { try database.write(body) }
    }

    /// Keeps others from writing to index and journals while `body` runs.
    public func whileNobodyWrites<Value>(_ body: () throws -> Value) throws -> Value { try write { _ in try body() } }
}
