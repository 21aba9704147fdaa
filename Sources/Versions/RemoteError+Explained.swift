import Faults

extension RemoteError: Explained {
    public var explanation: Explanation {
        switch self {
        case .unsupported(let remote):
            Explanation(
                "'\(remote)' is no address of a bare repository that versions can be moved to.",
                next: "Give a path, a file:// address, ssh://user@host/path or user@host:path.", kind: .usage)
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
        case .withoutSSH(let address):
            Explanation(
                "The libgit2 of this system has no SSH.", at: address, next: "Mount the repository and give its path.",
                kind: .usage)
        case .unreachable(let host, let reason):
            Explanation("\(host) cannot be reached: \(reason).", next: "Check the address and the network; nothing was moved.")
        case .unknownHost(let host, let port, let file):
            Explanation(
                "The key of \(host) is not known, so nothing was sent to it.", at: file,
                next:
                    "Compare its fingerprint with its owner's, then `ssh-keyscan\(port == 22 ? "" : " -p \(port)") \(host) >> \(file)`.",
                kind: .verification)
        case .hostKeyChanged(let host, let port, let file):
            Explanation(
                "\(host) shows another key than the one that is known: it was set up anew, or another machine answers for it.",
                at: file,
                next:
                    "Ask its owner; if the key is right, `ssh-keygen -R \(port == 22 ? host : "'[\(host)]:\(port)'") -f \(file)` "
                    + "forgets the old one.", kind: .verification)
        case .notLetIn(let place, let keys, let hasRSAOnly):
            Explanation(
                "\(place) lets none of our keys in\(keys.isEmpty ? "" : ": \(keys.joined(separator: ", ")), and those of ssh-agent").",
                next: hasRSAOnly
                    ? "RSA keys do not serve here: make another with `ssh-keygen -t ed25519` and add it there."
                    : "Add the public key there, or a key with a passphrase to ssh-agent with `ssh-add`.")
        case .transfer(let operation, let path, let reason):
            Explanation(
                "Could not \(operation): \(reason).", at: path,
                next: "Run the command again; it goes on where it stopped, and what was there is whole.")
        case .unknown(let adapter, let path):
            Explanation("There is nothing of '\(adapter)'.", at: path, next: "Check the adapter's name.", kind: .usage)
        case .badObject(let subject, let fault, let path):
            Explanation(
                "A file of \(subject) is not what was committed: \(fault.path): \(fault.words).", at: path,
                next: fault.isMissing
                    ? "Bring it there first, with `lora pull` or `git lfs fetch` from a repository that has it."
                    : "Mend it there with `lora pull REMOTE --verify` from a repository that has it whole.",
                kind: .integrity)
        case .lostDataset(let dataset, let version):
            Explanation(
                "\(version) was trained on \(dataset), which the repository that it comes from no longer holds; nothing was moved.",
                next: "Bring it there first, with `lora pull` from a repository that has it.", kind: .integrity)
        case .rejected(let reference, let message):
            Explanation("\(reference) was refused: \(message).", next: "Look at the hooks and rights of the other repository.")
        }
    }
}
