import ArgumentParser
import StrictJSON

/// The verbs with their options and arguments, as ArgumentParser knows them: completion and manual read it, so that neither can go stale.
/// What `--help` does not show is not in it.
struct CommandTree: Sendable {
    struct Option: Sendable {
        /// Spellings such as `--json` or `-h`.
        let names: [String]
        /// What its value is (`dir`, `adapter`, …); nil for a flag.
        let valueName: String?
        let allValues: [String]
        let abstract: String
        let isOptional: Bool
        let isRepeating: Bool
        let defaultValue: String?
        /// The heading that it stands under, where that is not "options".
        let section: String?
    }

    struct Argument: Sendable {
        /// What it is (`adapter`, `file`, …).
        let name: String
        let allValues: [String]
        let abstract: String
        let isOptional: Bool
        let isRepeating: Bool
    }

    let name: String
    let abstract: String
    let discussion: VerbDiscussion
    let subcommands: [CommandTree]
    let options: [Option]
    /// The positional arguments, in order.
    let arguments: [Argument]

    static func read() throws -> CommandTree {
        let dump = try JSONValue(parsing: LoraCommand._dumpHelp())
        return CommandTree(dump["command"] ?? .null)
    }

    private init(_ command: JSONValue) {
        name = command["commandName"]?.stringValue ?? ""
        abstract = command["abstract"]?.stringValue ?? ""
        discussion = VerbDiscussion(of: command["discussion"]?.stringValue ?? "")
        subcommands = Self.shown(command["subcommands"]).map(CommandTree.init)
        let words = Self.shown(command["arguments"])
        options = words.filter { $0["kind"]?.stringValue != "positional" }.map(Option.init)
        arguments = words.filter { $0["kind"]?.stringValue == "positional" }.map(Argument.init)
    }

    /// All that it can be, where that is a list: of its type, or one that was given for completion.
    fileprivate static func values(of argument: JSONValue) -> [String] {
        (argument["allValues"] ?? argument["completionKind"]?["list"]?["values"])?.arrayValue?.compactMap(\.stringValue) ?? []
    }

    private static func shown(_ parts: JSONValue?) -> [JSONValue] {
        (parts?.arrayValue ?? []).filter { $0["shouldDisplay"]?.boolValue != false }
    }

    /// The deepest command the words lead to, and the words that remain.
    func command(for words: some Collection<String>) -> (command: CommandTree, rest: [String]) {
        guard let first = words.first, let child = subcommands.first(where: { $0.name == first }) else {
            return (self, Array(words))
        }
        return child.command(for: words.dropFirst())
    }
}

extension CommandTree.Option {
    fileprivate init(_ argument: JSONValue) {
        names = (argument["names"]?.arrayValue ?? []).map { name in
            (name["kind"]?.stringValue == "long" ? "--" : "-") + (name["name"]?.stringValue ?? "")
        }
        valueName = argument["kind"]?.stringValue == "option" ? argument["valueName"]?.stringValue : nil
        allValues = CommandTree.values(of: argument)
        abstract = argument["abstract"]?.stringValue ?? ""
        isOptional = argument["isOptional"]?.boolValue ?? true
        isRepeating = argument["isRepeating"]?.boolValue ?? false
        defaultValue = argument["defaultValue"]?.stringValue
        section = argument["sectionTitle"]?.stringValue
    }
}

extension CommandTree.Argument {
    fileprivate init(_ argument: JSONValue) {
        name = argument["valueName"]?.stringValue ?? ""
        allValues = CommandTree.values(of: argument)
        abstract = argument["abstract"]?.stringValue ?? ""
        isOptional = argument["isOptional"]?.boolValue ?? false
        isRepeating = argument["isRepeating"]?.boolValue ?? false
    }
}
