import Faults

extension HubError: Explained {
    public var explanation: Explanation {
        switch self {
        case .badRepository, .badRevision, .badVariable, .noHome, .offline, .notCached: asked
        case .noRepository, .gated, .disabled, .tokenRefused, .noRevision, .noFile, .noModel: answered
        case .badReply, .hostileName, .wrongBytes, .damagedBlob, .noSpace, .busy: received
        }
    }

    private var asked: Explanation {
        switch self {
        case .badRepository(let text):
            Explanation(
                "'\(text)' cannot name a model of the hub.", next: "Write ORGANIZATION/NAME, such as Qwen/Qwen3-0.6B.",
                kind: .usage)
        case .badRevision(let text):
            Explanation("'\(text)' cannot name a revision.", next: "Write a branch, a tag or a commit after the @.", kind: .usage)
        case .badVariable(let name, let text):
            Explanation("\(name) is '\(text)', which cannot be meant.", next: "Correct or unset it.", kind: .usage)
        case .noHome:
            Explanation(
                "HOME is not set, so the hub's cache is unknown.", next: "Set HOME, HF_HOME or HF_HUB_CACHE.", kind: .usage)
        case .offline(let repository):
            Explanation(
                "\(repository) was not looked at: HF_HUB_OFFLINE forbids the network.",
                next: "Unset HF_HUB_OFFLINE, or stay with the cache.")
        case .notCached(let reference, let cache):
            Explanation(
                "\(reference) is no folder, and not in the hub's cache.", at: cache,
                next: "`lora base pull \(reference)` downloads it; HF_HOME or HF_HUB_CACHE names another cache.", kind: .usage)
        default: received
        }
    }

    private var answered: Explanation {
        switch self {
        case .noRepository(let repository, let endpoint, let hasToken):
            Explanation(
                "\(endpoint) has no model '\(repository)'\(hasToken ? "" : ", or it is private").",
                next: hasToken ? "Check the name." : "Check the name; a private one needs a token in HF_TOKEN.")
        case .gated(let repository, let endpoint, let hasToken):
            Explanation(
                "Access to \(repository) is restricted by its owner.",
                next: "Accept its terms at \(endpoint)/\(repository)\(hasToken ? "." : ", then put your token into HF_TOKEN.")")
        case .disabled(let repository):
            Explanation("\(repository) has been disabled.", next: "Choose another base.")
        case .tokenRefused(let endpoint):
            Explanation("\(endpoint) does not accept the token.", next: "Put a valid one into HF_TOKEN.")
        case .noRevision(let reference):
            Explanation(
                "\(reference.repository) has no revision '\(reference.revision)'.",
                next: "Name a branch, a tag or a whole commit.",
                kind: .usage)
        case .noFile(let file, let repository):
            Explanation("\(repository) has no file \(file) any more.", next: "Run the command again.")
        case .noModel(let reference):
            Explanation(
                "\(reference) cannot be a base: it lacks config.json, tokenizer.json or weights as safetensors.",
                next: "Choose a repository with the model in Hugging Face form.", kind: .usage)
        default: received
        }
    }

    private var received: Explanation {
        switch self {
        case .badReply(let url, let what):
            Explanation("The hub's reply cannot be used: \(what).", at: url, next: "Check HF_ENDPOINT, and try again later.")
        case .hostileName(let name):
            Explanation(
                "The hub lists a file whose name leads out of its folder: '\(name)'.",
                next: "Do not use this model; nothing was written.",
                kind: .integrity)
        case .wrongBytes(let file, let repository, let what):
            Explanation(
                "What was downloaded of \(file) is not the file of \(repository): \(what).",
                next: "Run the command again; if it stays so, something between here and the hub changes files.", kind: .integrity
            )
        case .damagedBlob(let path, let file):
            Explanation(
                "The cached \(file) is not what its name says.", at: path, next: "Delete this file, and run the command again.",
                kind: .integrity)
        case .noSpace(let path, let needed, let free):
            Explanation(
                "The download needs \(needed / 1_000_000) MB, and \(free / 1_000_000) MB are free.", at: path,
                next: "Free some space, or name another cache with HF_HUB_CACHE; what is there already stays.")
        case .busy(let file, let lock):
            Explanation(
                "Another process is downloading \(file).", at: lock, next: "Wait for it, then run the command again.", kind: .busy
            )
        default: Explanation("\(self)", next: "Run the command again.")
        }
    }
}
