import Adapters
import CGit2
import Foundation

/// Where the branch of an adapter stands. Tags hold the versions, so a branch that somebody moved loses none; but the next version would
/// not follow from the last one.
extension VersionStore {
    /// Asks before hours of work whether a version could be committed.
    ///
    /// - Throws: what `commit` would throw for its number or its branch.
    public func requirePublishable(_ version: VersionID) throws {
        try withRepository { repository in
            try checkNumber(version, repository)
            try checkTip(before: version, repository)
        }
    }

    /// What is wrong with the branch of an adapter; nil when it stands at the latest version.
    public func branchFault(of adapter: AdapterName) throws -> VersionError? {
        guard let fault = try presentBranchFault(of: adapter) else { return nil }
        guard access(folder.path, W_OK) == 0 else { return fault }
        // between its commit and its tag a publication looks the same
        let lease = try PublicationLease.wait(for: folder)
        return try withExtendedLifetime(lease) { try presentBranchFault(of: adapter) }
    }

    private func presentBranchFault(of adapter: AdapterName) throws -> VersionError? {
        try withRepository { repository in
            do {
                try checkTip(before: nextVersion(of: adapter, repository), repository)
                return nil
            } catch let error as VersionError {
                return error
            }
        }
    }

    /// - Throws: `VersionError.branchElsewhere`.
    func checkTip(before version: VersionID, _ repository: borrowing GitRepository) throws {
        let last = version.number > 1 ? VersionID(version.adapter, version.number - 1) : nil
        let wanted = try last.map { try Self.commitID(Self.commit(of: $0, repository)) }
        let found = try repository.commit(at: Self.branch(of: version.adapter)).map { try Self.commitID($0) }
        guard found == wanted else {
            throw VersionError.branchElsewhere(version.adapter, found: found, latest: last)
        }
    }
}
