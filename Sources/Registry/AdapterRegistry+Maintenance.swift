import Adapters
import DurableFiles
import GRDB

extension AdapterRegistry {
    /// The verdicts on one question over all adapters since a moment, oldest first.
    public func decisions(on question: Decision.Question, since start: Timestamp) throws -> [Decision] {
        try read { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM decisions WHERE question = ? AND at >= ? ORDER BY at, adapter, id",
                arguments: [question.rawValue, start.secondsSinceEpoch]
            ).map { try Decision($0) }
        }
    }

    /// Takes the right to carry maintenance out, which one process at a time has; the kernel frees it when that process dies.
    ///
    /// - Throws: `RunError.maintenanceHeld` when somebody else has it.
    public func maintenanceLock(holder: String) throws -> FileLock {
        guard access == .readWrite else { throw RegistryError.readOnly(path: layout.root.path) }
        guard let lock = try FileLock.take(layout.maintenanceLock) else {
            let signature = String(decoding: try FileBytes.contents(of: layout.maintenanceLock, limit: 1024), as: UTF8.self)
            throw RunError.maintenanceHeld(holder: signature.isEmpty ? "another process" : signature)
        }
        try lock.sign(holder)
        return lock
    }
}
