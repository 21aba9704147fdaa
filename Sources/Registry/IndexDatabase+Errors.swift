import Adapters
import DurableFiles
import Foundation
import GRDB
import GRDBSQLite

/// What failures of SQLite mean.
extension IndexDatabase {
    /// - Parameter connection: on which `body` works; nil while there is none.
    /// - Throws: `FileError` where the system refused something to SQLite; `RegistryError` for its other failures.
    static func translatingErrors<Value>(
        at file: URL, on connection: DatabaseQueue? = nil, _ body: () throws -> Value
    ) throws -> Value {
        errno = 0
        do {
            return try body()
        } catch var damage as DamagedRecord {
            damage.source = .index
            throw damage
        } catch is RowDecodingError {
            throw DamagedRecord(key: "a row", wanted: "a value of its column's kind", source: .index)
        } catch let error as DatabaseError {
            throw translated(error, at: file, SystemReason(of: connection))
        }
    }

    private static func translated(_ error: DatabaseError, at file: URL, _ reason: SystemReason) -> any Error {
        let message = error.message ?? error.resultCode.description
        // a copy of a database that fails is told of by the connection alone
        let code = error.resultCode == .SQLITE_DONE ? reason.result : error.resultCode
        switch code {
        case .SQLITE_BUSY, .SQLITE_LOCKED: return RegistryError.databaseBusy(path: file.path)
        case .SQLITE_READONLY: return RegistryError.readOnly(path: file.deletingLastPathComponent().path)
        // statements are the same everywhere: what SQLite cannot make sense of is what the file says of its tables
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR:
            return RegistryError.corruptDatabase(path: file.path, message: message)
        case .SQLITE_FULL: return FileError(.write, file, code: ENOSPC)
        case .SQLITE_CANTOPEN: return unopened(file)
        case .SQLITE_IOERR:
            return reason.code.map { FileError(operation(error), file, code: $0) }
                ?? RegistryError.database(path: file.path, message: message)
        default: return RegistryError.database(path: file.path, message: message)
        }
    }

    /// SQLite forgets why it could not make its journal; whoever tries the same is told, unless it was for a moment only.
    private static func unopened(_ file: URL) -> any Error {
        do {
            try DurableFile.prepare(file.deletingLastPathComponent())
            return RegistryError.database(path: file.path, message: "its journal could not be opened")
        } catch {
            return error
        }
    }

    private static func operation(_ error: DatabaseError) -> FileError.Operation {
        switch error.extendedResultCode {
        case .SQLITE_IOERR_READ, .SQLITE_IOERR_SHORT_READ: .read
        case .SQLITE_IOERR_FSYNC, .SQLITE_IOERR_DIR_FSYNC: .sync
        case .SQLITE_IOERR_DELETE, .SQLITE_IOERR_DELETE_NOENT: .delete
        default: .write
        }
    }
}

/// Why the last call of a connection failed, as the system told it.
private struct SystemReason {
    let result: ResultCode
    /// An `errno`; nil where the system gave none.
    let code: Int32?

    /// - Parameter connection: one that could not be opened is gone, and only the system's last word is left.
    init(of connection: DatabaseQueue?) {
        let last = errno
        let (result, told) =
            connection?.unsafeReentrantRead { database in
                let handle = database.sqliteConnection
                return (ResultCode(rawValue: sqlite3_errcode(handle) & 0xff), sqlite3_system_errno(handle))
            } ?? (.SQLITE_OK, last)
        self.result = result
        code = told != 0 ? told : last != 0 ? last : nil
    }
}
