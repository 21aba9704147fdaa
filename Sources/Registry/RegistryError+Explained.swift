import Faults

extension RegistryError: Explained {
    public var explanation: Explanation {
        switch self {
        case .notARegistry(let path):
            Explanation(
                "There is no registry here.", at: path,
                next: "Run `lora init` to make one, or name another with --registry DIR.", kind: .usage)
        case .newerFormat(let path, let found, let known):
            Explanation(
                "The registry has format \(found), but this release knows formats up to \(known).", at: path,
                next: "Use the release of lora that wrote it, or a later one.", kind: .usage)
        case .unknownFormat(let path, let found):
            Explanation("No registry has format \(found).", at: path, next: "Write 'format: 1'.", kind: .usage)
        case .newerSchema(let path):
            Explanation(
                "A later release of lora wrote this index.", at: path,
                next: "Use that release or a later one; nothing was changed.", kind: .usage)
        case .readOnly(let path):
            Explanation(
                "The registry can only be read here, and this would change it.", at: path,
                next: "Run the command where the registry may be written; list, show, history and retrain-check only read.")
        case .closed(let path, let owner):
            Explanation(
                "This registry belongs to another user, \(owner), who alone may look into it.", at: path,
                next: "Run the command as \(owner), or let \(owner) `lora push` to a repository that you may read.")
        case .nothingToRebuildFrom(let path, let versions):
            Explanation(
                "Git holds no version, and the index lists \(versions): it is all that still tells of them, and was left as it is.",
                at: path,
                next: "Restore versions.git from a copy or a backup. To begin anew, move lora.sqlite away first.",
                kind: .integrity)
        case .databaseBusy(let path):
            Explanation("The index is in use by another process.", at: path, next: "Run the command again.", kind: .busy)
        case .corruptDatabase(let path, let message):
            Explanation(
                "The index is damaged (\(message)).", at: path,
                next: "`lora registry rebuild` makes it again from git and keeps the damaged file beside it.", kind: .integrity)
        case .database(let path, let message):
            Explanation(
                "The index refused: \(message).", at: path, next: "Check free space and who may write there; nothing was changed."
            )
        case .onlyInJournal(let adapter, let cause):
            Explanation(
                "The change of \(adapter) is recorded in git, but the index could not take it up. \(cause.what)", at: cause.place,
                next: "Do not ask for it again: the next command takes it up. \(cause.next)")
        }
    }
}

extension DeclarationError: Explained {
    public var explanation: Explanation {
        switch self {
        case .unknownAdapter(let name, let nearest):
            Explanation(
                "No adapter is named '\(name)'.",
                next: nearest.map { "Did you mean '\($0)'?" } ?? "`lora list` shows them all.", kind: .usage)
        case .unknownBase(let name, let nearest):
            Explanation(
                "No base is named '\(name)'.",
                next: nearest.map { "Did you mean '\($0)'?" } ?? "`lora base list` shows them all; `lora base add` pins one.",
                kind: .usage)
        case .misnamedFile(let place, let declared):
            Explanation(
                "The file declares '\(declared)', which is not its own name.", at: place,
                next: "Rename the file to \(declared).yaml, or correct its 'name'.", kind: .usage)
        case .namesClash(let first, let second):
            Explanation(
                "'\(first)' and '\(second)' differ in nothing but case.",
                next: "Rename one; many file systems cannot tell them apart.", kind: .usage)
        case .baseExists(let name):
            Explanation(
                "A base named '\(name)' is already pinned.",
                next: "Choose another name, or pin it anew with `lora base add \(name) DIR --replace`.", kind: .usage)
        case .adapterExists(let name):
            Explanation(
                "An adapter named '\(name)' is already declared.",
                next: "Choose another name, or change its file \(name).yaml.", kind: .usage)
        case .noModel(let path):
            Explanation(
                "This is no model folder: it holds no config.json.", at: path,
                next: "Name a folder in Hugging Face form, with config.json, *.safetensors and tokenizer.json.", kind: .usage)
        case .noTokenizer(let path):
            Explanation(
                "This base has no tokenizer.json, so no data could be read for it.", at: path,
                next: "Download the model with its tokenizer, then pin it.", kind: .usage)
        case .notAFile(let path):
            Explanation("This is not a regular file.", at: path, next: "Put a regular file there.", kind: .usage)
        case .badValue(let place, let what, let next): Explanation(what, at: place, next: next, kind: .usage)
        }
    }
}

extension VersionIndexError: Explained {
    public var explanation: Explanation {
        switch self {
        case .unknownVersion(let version, let latest):
            Explanation(
                "There is no \(version).",
                next: latest.map { "The latest is \($0); `lora show \(version.adapter)` shows them all." }
                    ?? "`lora train \(version.adapter)` makes the first version.", kind: .usage)
        case .noVersions(let adapter):
            Explanation(
                "'\(adapter)' has no version yet.", next: "`lora train \(adapter)` makes the first.", kind: .usage)
        case .aliasUnset(let adapter, let alias, let known):
            Explanation(
                "'\(adapter)' has no version called '\(alias)'.",
                next: known.isEmpty
                    ? "`lora show \(adapter)` shows its versions."
                    : "It has \(known.map(\.text).joined(separator: ", ")).", kind: .usage)
        case .outOfOrder(let version, let expected):
            Explanation(
                "\(version) cannot be taken into the index; the next version is \(expected).",
                next: "Restore the tag \(expected.tag) in versions.git from a copy.", kind: .integrity)
        case .nothingToRollBackTo(let adapter):
            Explanation(
                "No earlier version of '\(adapter)' was in production.",
                next: "`lora promote \(adapter)@vN` puts a version of your choice there.", kind: .usage)
        case .pruned(let version, let event):
            Explanation(
                "\(version) was pruned at \(event.at) by \(event.actor.name): \(event.reason). Its weights are not here any more.",
                next: "`lora show \(version.adapter)` shows the versions that have theirs.", kind: .usage)
        }
    }
}

extension AliasError: Explained {
    public var explanation: Explanation {
        switch self {
        case .kept(let alias):
            Explanation(
                "'\(alias)' follows from what happens and is not set by hand.",
                next: "Use `lora promote` or `lora rollback`, or an alias of your own such as staging.", kind: .usage)
        case .clash(let alias, let other):
            Explanation(
                "'\(alias)' and '\(other)' differ in nothing but case.", next: "Move '\(other)', or choose another word.",
                kind: .usage)
        }
    }
}

extension RunError: Explained {
    public var explanation: Explanation {
        switch self {
        case .unknown(let run):
            Explanation("There is no \(run).", next: "`lora list` shows the last run of each adapter.", kind: .usage)
        case .over(let run, let state):
            Explanation("\(run) is already over: \(state.rawValue).", next: "Start another run.")
        case .cannotResume(let run, let state):
            Explanation(
                "\(run) is \(state.rawValue); only an interrupted or failed run can be resumed.", next: "Start another run.",
                kind: .usage)
        case .leaseHeld(let adapter, let holder):
            Explanation(
                "'\(adapter)' is being worked on by \(holder).",
                next: "Wait until that is done, then run the command again.", kind: .busy)
        case .maintenanceHeld(let holder):
            Explanation(
                "Maintenance is being carried out already, by \(holder).", next: "Nothing is left to do; the next check goes on.",
                kind: .busy)
        }
    }
}
