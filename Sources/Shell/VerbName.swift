import ArgumentParser
import Faults

/// The verbs that a line may begin with.
enum VerbName {
    /// - Throws: `UnknownVerb` when the first words name no verb; options in their place are left to the parser.
    static func check(_ words: [String]) throws(UnknownVerb) {
        try check(words.drop { $0 == "help" }, LoraCommand.self, path: [])
    }

    private static func check(_ words: ArraySlice<String>, _ command: any ParsableCommand.Type, path: [String])
        throws(UnknownVerb)
    {
        let verbs = command.configuration.subcommands
        guard !verbs.isEmpty, let word = words.first, !word.hasPrefix("-") else { return }
        guard let verb = verbs.first(where: { $0.configuration.commandName == word }) else {
            let known = verbs.filter { $0.configuration.shouldDisplay }.compactMap { $0.configuration.commandName }
            throw UnknownVerb(words: path + [word], nearest: nearestName(to: word, among: known))
        }
        try check(words.dropFirst(), verb, path: path + [word])
    }
}

/// A line that begins with no verb.
struct UnknownVerb: Explained, Hashable {
    let words: [String]
    let nearest: String?

    var explanation: Explanation {
        let place = words.dropLast()
        return Explanation(
            "There is no verb '\(words.joined(separator: " "))'.",
            next: nearest.map { "Did you mean '\((place + [$0]).joined(separator: " "))'?" }
                ?? "`\((["lora", "help"] + place).joined(separator: " "))` lists the verbs.", kind: .usage)
    }
}
