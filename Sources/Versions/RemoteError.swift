import Adapters

/// Why versions cannot be moved to or from another repository.
public enum RemoteError: Error, Hashable {
    case unsupported(String)
    case noRepository(path: String)
    /// Another process moves versions there.
    case busy(path: String)
    /// Both sides have what the other has not; neither is overwritten.
    case diverged(reference: String, source: CommitID, target: CommitID)
    /// Somebody moved a reference between the look at it and its turn.
    case moved(reference: String, seen: CommitID?, found: CommitID?, wanted: CommitID)
    /// The libgit2 of this system was built without SSH.
    case withoutSSH(String)
    case unreachable(String, reason: String)
    case unknownHost(String, port: Int, knownHosts: String)
    /// The host shows another key than the one that is known.
    case hostKeyChanged(host: String, port: Int, knownHosts: String)
    /// - Parameter keys: the files that were tried.
    case notLetIn(String, keys: [String], hasRSAOnly: Bool)
    /// A step of a transfer to or from another machine failed.
    case transfer(String, path: String, reason: String)
    /// Nothing of that adapter is there.
    case unknown(AdapterName, path: String)
    /// A large file of a version or data set that is not what its pointer says, or not there at all.
    case badObject(of: String, VersionFault, path: String)
    /// A version names a data set that neither side has any more.
    case lostDataset(DatasetID, of: VersionID)
    case rejected(reference: String, message: String)
}
