import Adapters
import DurableFiles
import Faults

/// Why versions cannot be moved to or from another repository.
public enum RemoteError: Error, Hashable {
    case unsupported(String)
    case noRepository(path: String)
    /// Both sides have what the other has not; neither is overwritten.
    case diverged(reference: String, source: CommitID, target: CommitID)
    /// Nothing of that adapter is there.
    case unknown(AdapterName, path: String)
    /// A large file of a version or data set that is not what its pointer says, or not there at all.
    case badObject(of: String, VersionFault, path: String)
    case rejected(reference: String, message: String)
}

extension RemoteError: Explained {
    public var explanation: Explanation {
        switch self {
        case .unsupported(let remote):
            Explanation(
                "'\(remote)' is no path of a bare repository.",
                next: "Give a path or a file:// address; large files of Git LFS do not travel by git's own transports.",
                kind: .usage)
        case .noRepository(let path):
            Explanation(
                "There is no bare git repository.", at: path, next: "Make one with `git init --bare \(path)`.", kind: .usage)
        case .diverged(let reference, let source, let target):
            Explanation(
                "\(reference) stands at \(source) where it would come from, and has gone on to \(target) where it would go; nothing was "
                    + "moved.",
                next: "Decide which of the two stands: `git log` in either repository tells what each holds.",
                kind: .verification)
        case .unknown(let adapter, let path):
            Explanation("There is nothing of '\(adapter)'.", at: path, next: "Check the adapter's name.", kind: .usage)
        case .badObject(let subject, let fault, let path):
            Explanation(
                "A file of \(subject) is not what was committed: \(fault.path).", at: path,
                next: "Run `git lfs pull` there, or restore the object from another copy.", kind: .integrity)
        case .rejected(let reference, let message):
            Explanation("\(reference) was refused: \(message).", next: "Look at the hooks and rights of the other repository.")
        }
    }
}
