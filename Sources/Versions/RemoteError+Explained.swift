import Faults

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
        case .busy(let path):
            Explanation(
                "Another process is moving versions there.", at: path, next: "Run the command again when it has ended.",
                kind: .busy)
        case .diverged(let reference, let source, let target):
            Explanation(
                "\(reference) stands at \(source) where it would come from, and has gone on to \(target) where it would go; nothing was "
                    + "moved.",
                next: "Decide which of the two stands: `git log` in either repository tells what each holds.",
                kind: .verification)
        case .moved(let reference, let seen, let found, let wanted):
            Explanation(
                "\(reference) stood at \(seen?.hex ?? "nothing") and was moved to \(found?.hex ?? "nothing") by another program before it "
                    + "could go on to \(wanted); it was left there.",
                next: "Run the command again, which looks at what is there now.", kind: .verification)
        case .unknown(let adapter, let path):
            Explanation("There is nothing of '\(adapter)'.", at: path, next: "Check the adapter's name.", kind: .usage)
        case .badObject(let subject, let fault, let path):
            Explanation(
                "A file of \(subject) is not what was committed: \(fault.path): \(fault.words).", at: path,
                next: fault.isMissing
                    ? "Bring it there first, with `lora pull` or `git lfs fetch` from a repository that has it."
                    : "Mend it there with `lora pull REMOTE --verify` from a repository that has it whole.",
                kind: .integrity)
        case .rejected(let reference, let message):
            Explanation("\(reference) was refused: \(message).", next: "Look at the hooks and rights of the other repository.")
        }
    }
}
