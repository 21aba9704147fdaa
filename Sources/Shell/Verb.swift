import ArgumentParser
import StrictJSON

/// A verb is words, one call and one rendering; the same type serves the command line, `lora>` and scripts.
protocol Verb: ParsableCommand {
    func perform(in session: Session) throws -> ExitStatus
}

extension Verb {
    /// Verbs are performed by `Program`, which owns the session; ArgumentParser's own entry point has none to give.
    mutating func run() throws { throw CleanExit.helpRequest(Self.self) }
}

/// The configuration of a verb: one line that says what it does, an example, what else must be known, and the table of exit statuses.
func configuration(
    _ name: String, _ abstract: String, example: String, notes: String? = nil, aliases: [String] = [], isHidden: Bool = false
) -> CommandConfiguration {
    CommandConfiguration(
        commandName: name, abstract: abstract,
        discussion: VerbDiscussion(example: VerbDiscussion.pasteable(example), notes: notes).text,
        shouldDisplay: !isHidden, aliases: aliases)
}

/// `--registry DIR`, for every verb that reads or writes the registry.
struct RegistryOption: ParsableArguments {
    @Option(help: ArgumentHelp("Use the registry in this folder.", valueName: "dir"))
    var registry: String?

    /// The value that words of a line give it.
    static func typed(in words: [String]) -> String? {
        if let joined = words.last(where: { $0.hasPrefix("--registry=") }) { return String(joined.dropFirst(11)) }
        return words.lastIndex(of: "--registry").flatMap { $0 + 1 < words.count ? words[$0 + 1] : nil }
    }
}

/// `--json`, for every verb that prints data.
struct JSONOption: ParsableArguments {
    @Flag(help: "Print JSON instead of text.")
    var json = false
}

extension Session {
    /// Prints a report that names its form itself, one member a line.
    func print(_ report: JSONValue) { console.print(report.text(.pretty)) }

    /// Prints a report for other programs: its first member names its form, whose number stays while members are only added.
    func print(_ members: JSONValue, as schema: String) { print(members.report(schema)) }
}
