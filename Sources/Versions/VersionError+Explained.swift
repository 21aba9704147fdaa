import DurableFiles
import Faults

extension VersionError: Explained {
    public var explanation: Explanation {
        switch self {
        case .noRepository(let path):
            Explanation(
                "The repository of versions is missing.", at: path, next: "Restore the folder from a copy.", kind: .integrity)
        case .foreignOwner(let path):
            Explanation(
                "Another user owns the repository of versions.", at: path,
                next: "Run the command as that user, or change the owner of the registry folder.")
        case .unknownVersion(let version):
            Explanation(
                "Git holds no \(version).", next: "`lora show \(version.adapter)` shows the versions.", kind: .usage)
        case .lost(let version):
            Explanation(
                "The index lists \(version), but git does not hold it as it was released.",
                next: "Restore the tag \(version.tag) in versions.git from a copy; use another version meanwhile.",
                kind: .integrity)
        case .taken(let version):
            Explanation(
                "Git already holds \(version) or a later version.",
                next:
                    "Run the command again, which lists what git holds. A tag that lora did not write goes with `git tag -d` in versions.git, "
                    + "one that is missing comes from a copy.",
                kind: .integrity)
        case .outOfOrder(let version, let expected):
            Explanation(
                "\(version) cannot be committed; the next version is \(expected).",
                next: "Restore the tag \(expected.tag) in versions.git from a copy.", kind: .integrity)
        case .branchMoved(let adapter):
            Explanation(
                "The branch adapters/\(adapter) moved while a version was being committed.",
                next: "Run the command again; nothing was overwritten.", kind: .busy)
        case .branchElsewhere(let adapter, let found, let latest):
            Explanation(
                "The branch adapters/\(adapter) was moved by another program: it stands at \(found?.hex ?? "nothing"), not at "
                    + "\(latest?.tag ?? "nothing, though no version is tagged").",
                next: latest.map {
                    "Versions are safe under their tags; `git branch -f adapters/\(adapter) \($0.tag)` in versions.git puts it back."
                }
                    ?? "Give the branch another name: `git branch -m adapters/\(adapter) mine` in versions.git.", kind: .integrity
            )
        case .locked(let path):
            Explanation(
                "Git's lock stands in the way.", at: path,
                next: "Run the command again; if no git or lora runs, a crash left the file, and you may delete it.", kind: .busy)
        case .badFileName(let path):
            Explanation(
                "A version cannot hold this file.", at: path,
                next: "Use letters, digits and '.', '_', '-', '+', '=', '@', ',' in at most \(VersionPath.depthLimit) folders.",
                kind: .integrity)
        case .notAFile(let path):
            Explanation(
                "A version holds regular files and folders only.", at: path,
                next: "Put the file itself there instead of a link or pipe.")
        case .pointer(let path):
            Explanation(
                "This is a Git LFS pointer, not the file it stands for.", at: path, next: "Run `git lfs pull` where it came from."
            )
        case .changedWhileRead(let path):
            Explanation("The file changed while it was read.", at: path, next: "Run the command again once nobody writes to it.")
        case .foreignLineage(let path, let found, let wanted):
            Explanation(
                "The lineage is of \(found), not of \(wanted).", at: path,
                next: "Put the lineage.json of \(wanted) there, or restore the version from a copy of the repository.",
                kind: .integrity)
        case .damaged(let version, let fault):
            Explanation(
                "A file of \(version) is not what was committed: \(fault.words).", at: fault.path, next: fault.remedy,
                kind: .integrity)
        case .unlisted(let version, let cause):
            Explanation(
                "\(version) is in git, but it could not be listed. \(cause.what)", at: cause.place,
                next: "Do not publish it again: the next command lists it. \(cause.next)")
        case .damagedRepository(let fault):
            Explanation(
                "A file of the repository of versions is not what git wrote: \(fault.words).", at: fault.path,
                next: VersionFault.wholeRemedy, kind: .integrity)
        case .folderExists(let path):
            Explanation(
                "Something stands there already.", at: path, next: "Name a folder that does not exist yet, or an empty one.",
                kind: .usage)
        case .git(let path, let operation, let message):
            Explanation(
                "Git could not \(operation): \(message).", at: path,
                next: FileError.remedy(ofWords: message) ?? "Check free space and who may write there.")
        }
    }
}

extension VersionFault {
    /// The fault in words, without its path.
    public var words: String {
        switch problem {
        case .missingObject(let oid): "the object \(oid) is not in this repository"
        case .wrongSize(let expected, let found): "it has \(found) bytes instead of \(expected)"
        case .wrongDigest(let expected, let found): "its digest is \(found) instead of \(expected)"
        case .unreadable(let reason): reason
        }
    }

    /// What helps where git's own files are damaged, which no transfer fetches a second time.
    static let wholeRemedy =
        "Give back a backup with `lora restore`, or `lora init` a registry elsewhere and `lora pull` into it from a repository that is whole."

    /// What to do about it.
    public var remedy: String {
        switch problem {
        case .missingObject:
            "`lora pull REMOTE` fetches it from a repository that has it; in a clone that git made, `git lfs fetch --all` does."
        case .wrongSize, .wrongDigest:
            "`lora pull REMOTE --verify` mends it from a repository that has it whole; use another version meanwhile."
        case .unreadable: Self.wholeRemedy
        }
    }
}
