import CReadline
import Faults
import Foundation
import Lifecycle

/// Candidates for the word under the cursor: verbs, options, and the names the registry knows.
struct Completion: Sendable {
    /// What a word on the line can be the name of.
    enum Kind: Sendable {
        case known(KnownNames.Kind)
        case job
    }

    let tree: CommandTree
    /// The names of a kind with a beginning that a registry knows, given the value of `--registry`; asked anew at each Tab, since another
    /// process may add some.
    let names: @Sendable (Kind, _ beginning: String, _ registry: String?) -> [String]
    let workingFolder: URL

    /// Every completion of `word`, given the words before it on the line.
    func candidates(for word: String, after words: [String]) -> [String] {
        if words.first == "help" {
            return matching(word, tree.command(for: words.dropFirst()).command.subcommands.map(\.name), nil)
        }
        let (command, rest) = tree.command(for: words)
        if command.name == WatchVerb.configuration.commandName {
            let watched = rest.drop { $0.hasPrefix("-") || Int($0) != nil }
            if !watched.isEmpty || !word.hasPrefix("-") && awaitedOption(of: command, after: rest) == nil {
                return candidates(for: word, after: Array(watched))
            }
        }
        let names = { (value: String) in Self.kind(of: value).map { self.names($0, word, RegistryOption.typed(in: rest)) } ?? [] }
        if let option = awaitedOption(of: command, after: rest) {
            return matching(word, values(of: option, names), option.valueName)
        }
        if word.hasPrefix("-") { return matching(word, command.options.flatMap(\.names).filter { $0.hasPrefix("--") }, nil) }
        if !command.subcommands.isEmpty { return matching(word, command.subcommands.map(\.name), nil) }
        return argument(of: command, at: positionals(in: rest, of: command)).map { argument in
            matching(word, argument.allValues.isEmpty ? names(argument.name) : argument.allValues, argument.name)
        } ?? []
    }

    private func awaitedOption(of command: CommandTree, after words: [String]) -> CommandTree.Option? {
        words.last.flatMap { last in command.options.first { $0.valueName != nil && $0.names.contains(last) } }
    }

    /// What a value's name stands for; nil for what the registry does not name.
    private static func kind(of valueName: String) -> Kind? {
        switch valueName {
        case "adapter", "file-or-adapter": .known(.adapter)
        case "version", "adapter-or-dir", "version-or-dir", "alias", "other": .known(.version)
        case "base": .known(.base)
        case "policy": .known(.policy)
        case "dataset": .known(.dataset)
        case "adapter-or-version": .known(.adapterOrVersion)
        case "suite": .known(.suite)
        case "job": .job
        default: nil
        }
    }

    private func values(of option: CommandTree.Option, _ names: (String) -> [String]) -> [String] {
        option.allValues.isEmpty ? option.valueName.map(names) ?? [] : option.allValues
    }

    private func argument(of command: CommandTree, at place: Int) -> CommandTree.Argument? {
        place < command.arguments.count ? command.arguments[place] : nil
    }

    private func positionals(in words: [String], of command: CommandTree) -> Int {
        var count = 0
        var isValue = false
        for word in words {
            if isValue {
                isValue = false
            } else if word.hasPrefix("-") {
                isValue = command.options.contains { $0.valueName != nil && $0.names.contains(word) }
            } else {
                count += 1
            }
        }
        return count
    }

    private func matching(_ word: String, _ candidates: [String], _ valueName: String?) -> [String] {
        let named = candidates.filter { $0.hasPrefix(word) }
        let takesPath = ["dir", "file", "file-or-adapter", "base", "adapter-or-dir", "version-or-dir", "dir-or-model", "policy"]
            .contains(
                valueName ?? "")
        return (named + (takesPath ? paths(startingWith: word) : [])).sorted()
    }

    private func paths(startingWith word: String) -> [String] {
        let folder = word.contains("/") ? String(word[...word.lastIndex(of: "/")!]) : ""
        let place = URL(filePath: folder.isEmpty ? "." : folder, relativeTo: workingFolder)
        guard
            let entries = FileManager.default.enumerator(
                at: place, includingPropertiesForKeys: [.isDirectoryKey],
                options: [.skipsSubdirectoryDescendants, .skipsHiddenFiles])
        else { return [] }
        return entries.compactMap { $0 as? URL }
            .map { folder + $0.lastPathComponent + ($0.hasDirectoryPath ? "/" : "") }
            .filter { $0.hasPrefix(word) }
    }
}

extension Completion {
    /// Readline's callback takes no context, so the completer of the one interactive session stands here.
    private nonisolated(unsafe) static var current: Completion?

    /// Of a line that goes on: what stands before the one that is being typed.
    nonisolated(unsafe) static var beginning = ""

    /// As many as there is room for. The last stays, since all in order begin like the first and the last: that is what Tab types.
    static func shortened(_ found: [String], to capacity: Int) -> [String] {
        found.count > capacity ? found.prefix(capacity - 1) + found.suffix(1) : found
    }

    init(for session: Session) throws {
        self.init(
            tree: try CommandTree.read(),
            names: { kind, beginning, registry in
                switch kind {
                case .known(let kind):
                    KnownNames(in: session.registryLocation(registry), workingFolder: session.workingFolder)
                        .names(of: kind, startingWith: beginning)
                case .job: Self.jobs(in: session, registry)
                }
            },
            workingFolder: session.workingFolder)
    }

    /// None when they cannot be read: a completion has no place for an error.
    private static func jobs(in session: Session, _ registry: String?) -> [String] {
        do {
            return try session.jobs(registry).numbers.map(String.init)
        } catch {
            return []
        }
    }

    static func install(for session: Session) {
        do {
            current = try Completion(for: session)
        } catch {
            session.console.complain(Wording.text(of: Wording.explanation(ofForeign: error)))
        }
        lora_readline_prepare { word, start, line, candidates, capacity in
            guard let word, let line, let candidates, let completion = Completion.current else { return 0 }
            let earlier = lora_line_was_abandoned() ? "" : Self.beginning
            let before = earlier + String(decoding: UnsafeRawBufferPointer(start: line, count: Int(start)), as: UTF8.self)
            let words = before.split(separator: " ").map(String.init)
            let found = completion.candidates(
                for: String(cString: word), after: words.first == "lora" ? Array(words.dropFirst()) : words)
            let offered = Self.shortened(found, to: Int(capacity))
            for (place, text) in offered.enumerated() { candidates[place] = strdup(text) }
            return Int32(offered.count)
        }
    }
}
