import Adapters
import Foundation
import Registry
import Versions

extension Workspace {
    /// What is put into use must be what was released, to the byte.
    ///
    /// - Throws: `VersionError.lost` or `.damaged`.
    func requireSound(_ version: VersionID) throws {
        if let fault = try faults(of: registry.version(version)).first { throw VersionError.damaged(version, fault) }
    }

    /// The files of a version that are not what was released. Those that were given up are not missed.
    ///
    /// - Throws: `VersionError.lost` when git does not hold what the index lists.
    func faults(of record: VersionRecord) throws -> [VersionFault] {
        let version = record.version
        guard try versions.commit(of: version) == record.published.commit else { throw VersionError.lost(version) }
        return try versions.verify(version).filter { !record.isPruned || !$0.isMissing }
    }

    /// Writes the files of a version into a new folder.
    ///
    /// - Throws: `VersionIndexError.pruned` when they were given up and are not here.
    func checkOut(_ version: VersionID, to folder: URL) throws {
        do {
            try versions.checkOut(version, to: folder)
        } catch VersionError.damaged(_, let fault) where fault.isMissing {
            if let pruning = try registry.pruning(of: version) { throw VersionIndexError.pruned(version, pruning) }
            throw VersionError.damaged(version, fault)
        }
    }
}
