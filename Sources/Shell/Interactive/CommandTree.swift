import ArgumentParser
import StrictJSON

/// The verbs with their options and arguments, as ArgumentParser knows them: completion and `help` read it, so that neither can go stale.
struct CommandTree: Sendable {
    struct Option: Sendable {
        /// Spellings such as `--json` or `-h`.
        let names: [String]
        /// What its value is (`dir`, `adapter`, …); nil for a flag.
        let valueName: String?
        let allValues: [String]
    }

    let name: String
    let abstract: String
    let subcommands: [CommandTree]
    let options: [Option]
    /// Value names of the positional arguments, in order.
    let arguments: [String]

    static func read() throws -> CommandTree {
        let dump = try JSONValue(parsing: LoraCommand._dumpHelp())
        return CommandTree(dump["command"] ?? .null)
    }

    private init(_ command: JSONValue) {
        name = command["commandName"]?.stringValue ?? ""
        abstract = command["abstract"]?.stringValue ?? ""
        subcommands = (command["subcommands"]?.arrayValue ?? []).map(CommandTree.init)
        let words = command["arguments"]?.arrayValue ?? []
        options = words.filter { $0["kind"]?.stringValue != "positional" }.map(Option.init)
        arguments = words.filter { $0["kind"]?.stringValue == "positional" }.map { $0["valueName"]?.stringValue ?? "" }
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
        allValues = (argument["allValues"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
