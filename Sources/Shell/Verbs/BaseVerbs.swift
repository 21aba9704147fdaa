import Adapters
import ArgumentParser
import Hub
import Lifecycle
import StrictJSON

struct BaseVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "base", abstract: "Pin base models by the digest of each file, and watch them for changes.",
        discussion: "EXAMPLE\n  lora base pull Qwen/Qwen3-0.6B\n\n\(ExitStatus.table)",
        subcommands: [BaseAddVerb.self, BasePullVerb.self, BaseCheckVerb.self, BaseListVerb.self])
}

struct BaseAddVerb: Verb {
    static let configuration = Shell.configuration(
        "add", "Pin a model folder under a name.", example: "lora base add tiny-prose registry/models/tiny-prose")

    @Argument(help: ArgumentHelp("The name to give it.", valueName: "name"))
    var name: String
    @Argument(
        help: ArgumentHelp(
            "The Hugging Face model folder, or a model in the hub's cache, such as Qwen/Qwen3-0.6B.", valueName: "dir-or-model"))
    var folder: String
    @Option(help: ArgumentHelp("The revision it was taken at, such as a commit of its hub repository.", valueName: "text"))
    var revision: String?
    @Option(
        help: ArgumentHelp(
            "What others know the model by, such as Qwen/Qwen3-0.6B; adapters name their base so.", valueName: "name"))
    var source: String?
    @Flag(help: "Pin a base anew that is pinned already.")
    var replace = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let base = try pin(in: session)
        if format.json {
            session.print(base.json, as: "lora.base/1")
        } else {
            session.console.say("Pinned \(base.name): \(counted(base.files.count, "file")), \(base.digest).")
        }
        return .passed
    }

    /// What is no folder and could be a model's name is looked for in the hub's cache.
    private func pin(in session: Session) throws -> BaseDeclaration {
        let workspace = try session.openRegistry(place.registry)
        if source == nil, revision == nil, !session.isThere(folder), let model = HubReference(ifValid: folder) {
            return try workspace.addCachedBase(name, model, hub: session.hub(), replaces: replace)
        }
        return try workspace.addBase(
            name, folder: session.url(folder), source: source, revision: revision, replaces: replace)
    }
}

struct BaseListVerb: Verb {
    static let configuration = Shell.configuration("list", "List the pinned bases.", example: "lora base list")

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let bases = try session.openRegistry(place.registry).registry.bases()
        if format.json {
            session.print(["bases": .array(bases.map(\.json))], as: "lora.bases/1")
        } else if bases.isEmpty {
            session.console.say("No base is pinned yet. Pin one with `\(session.command("base add NAME DIR"))`.")
        } else {
            let rows = bases.map { base in
                [
                    base.name.text, base.folder, base.revision ?? "–", "\(base.files.count)",
                    SizeWords.text(base.files.reduce(0) { $0 + $1.size }), String(base.digest.hex.prefix(12)),
                ]
            }
            session.print(Table(["BASE", "FOLDER", "REVISION", "FILES", "SIZE", "DIGEST"], rows, alignsRight: [3, 4]))
        }
        return .passed
    }
}

/// A number of bytes as people write it.
enum SizeWords {
    static func text(_ bytes: Int) -> String {
        let units = ["B", "kB", "MB", "GB", "TB"]
        var (size, unit) = (Double(bytes), 0)
        while size >= 1000, unit < units.count - 1 { (size, unit) = (size / 1000, unit + 1) }
        return unit == 0 ? "\(bytes) B" : Decimals.text(size, 1) + " " + units[unit]
    }
}
