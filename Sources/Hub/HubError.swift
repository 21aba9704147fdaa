/// Why the hub, or its cache on this machine, does not give what was asked.
public enum HubError: Error, Hashable {
    case badRepository(String)
    case badRevision(String)
    case badVariable(String, String)
    case noHome
    /// The network may not be used.
    case offline(RepositoryID)
    case notCached(HubReference, cache: String)
    /// Gone, renamed without a trace, or private: the hub tells no difference.
    case noRepository(RepositoryID, endpoint: String, hasToken: Bool)
    case gated(RepositoryID, endpoint: String, hasToken: Bool)
    case disabled(RepositoryID)
    case tokenRefused(endpoint: String)
    case noRevision(HubReference)
    case noFile(String, RepositoryID)
    /// What the reply lacks or has too much of, in words.
    case badReply(url: String, what: String)
    /// A file's name that would lead out of its folder.
    case hostileName(String)
    case noModel(HubReference)
    /// A download whose bytes are not those that the hub names.
    case wrongBytes(String, RepositoryID, what: String)
    /// A file of the cache that is not what its name says.
    case damagedBlob(path: String, file: String)
    case noSpace(path: String, needed: Int, free: Int)
    /// Another process has been downloading the file for a long time.
    case busy(String, lock: String)
}

extension HubError {
    /// Whether the repository is closed to who asks, for good.
    public var isGone: Bool {
        switch self {
        case .noRepository, .disabled: true
        default: false
        }
    }
}
