import Foundation

/// The manual page of a verb, made from what its `--help` says.
struct ManualPage {
    /// Uninstalling knows by it which pages are ours.
    static let marker = ".\\\" Written by `lora manual`."

    let command: CommandTree
    /// The words before the verb's own name: `lora`, `lora base`.
    let above: [String]

    /// The pages of a command and of all below it.
    static func all(of command: CommandTree, above: [String] = []) -> [ManualPage] {
        let page = ManualPage(command: command, above: above)
        // `help` and `--help` say what the page says
        return [page] + command.subcommands.filter { $0.name != "help" }.flatMap { all(of: $0, above: page.words) }
    }

    private var words: [String] { above + [command.name] }
    private var name: String { words.joined(separator: "-") }
    var fileName: String { "\(name).1" }

    var text: String {
        let title = Roff.text(name.uppercased())
        let parts = [
            "\(Self.marker)\n.TH \"\(title)\" 1 \"\" \"LoRA Keeper \(LoraCommand.version)\" \"LoRA Keeper\"\n", nameSection,
            synopsis,
            description, subcommands, arguments, options, exitStatus, example, references,
        ]
        return parts.compactMap(\.self).joined()
    }

    private var nameSection: String { section("NAME", "\(Roff.text(name)) \\- \(Roff.text(command.abstract))\n") }

    private var synopsis: String {
        let required = command.options.filter { !$0.isOptional }.map { option in
            "\(Roff.bold(option.names.first ?? "")) \(Roff.italic(option.valueName ?? ""))"
        }
        let optional = command.options.contains(where: \.isOptional) ? ["[\(Roff.italic("options"))]"] : []
        let verb = command.subcommands.isEmpty ? [] : [Roff.italic("verb")]
        let words = [Roff.bold(words.joined(separator: " "))] + verb + required + optional + command.arguments.map(Self.synopsis)
        return section("SYNOPSIS", words.joined(separator: " ") + "\n")
    }

    private static func synopsis(_ argument: CommandTree.Argument) -> String {
        let name = Roff.italic(argument.name) + (argument.isRepeating ? " ..." : "")
        return argument.isOptional ? "[\(name)]" : name
    }

    private var description: String {
        let notes = (command.discussion.notes ?? "").components(separatedBy: "\n\n").filter { !$0.isEmpty }
        let paragraphs = [Roff.text(command.abstract) + "\n"] + notes.map(Self.paragraph)
        return section("DESCRIPTION", paragraphs.joined(separator: ".PP\n"))
    }

    /// Words are filled; lines that are set in, such as a table's, stay as they are.
    private static func paragraph(_ text: String) -> String {
        text.contains("\n ") || text.hasPrefix(" ") ? Roff.verbatim(text) : Roff.text(text) + "\n"
    }

    private var subcommands: String? {
        let below = command.subcommands.filter { $0.name != "help" }
        guard !below.isEmpty else { return nil }
        return section("VERBS", below.map { Roff.entry(Roff.bold($0.name), Roff.text($0.abstract)) }.joined())
    }

    private var arguments: String? {
        guard !command.arguments.isEmpty else { return nil }
        return section(
            "ARGUMENTS", command.arguments.map { Roff.entry(Roff.italic($0.name), Roff.text($0.abstract)) }.joined())
    }

    private var options: String? {
        guard !command.options.isEmpty else { return nil }
        var headings: [String?] = []
        for option in command.options where !headings.contains(option.section) { headings.append(option.section) }
        let groups = headings.map { heading in
            let entries = command.options.filter { $0.section == heading }.map(Self.entry).joined()
            return heading.map { ".SS \"\(Roff.text($0.prefix(1).uppercased() + $0.dropFirst()))\"\n\(entries)" } ?? entries
        }
        // those without a heading of their own come first, else they would seem to belong to the last
        let plainFirst = zip(headings, groups).sorted { $0.0 == nil && $1.0 != nil }.map(\.1)
        return section("OPTIONS", plainFirst.joined())
    }

    private static func entry(_ option: CommandTree.Option) -> String {
        let names = option.names.map(Roff.bold).joined(separator: ", ")
        let value = option.valueName.map { " " + Roff.italic($0) } ?? ""
        // unless the words name them already
        let isTold = option.allValues.allSatisfy(option.abstract.contains)
        let values = isTold ? "" : " One of \(option.allValues.joined(separator: ", "))."
        let preset = option.valueName == nil ? "" : option.defaultValue.map { " By default \($0)." } ?? ""
        let abstract = option.abstract.isEmpty ? "No more is said of it." : option.abstract
        return Roff.entry(names + value, Roff.text(abstract + values + preset))
    }

    private var exitStatus: String {
        section(
            "EXIT STATUS",
            ExitStatus.allCases.map { Roff.entry(Roff.bold("\($0.rawValue)"), Roff.text($0.meaning)) }.joined())
    }

    private var example: String? {
        // in `--help` the lines are set in by two
        command.discussion.example.map { section("EXAMPLE", Roff.verbatim($0.replacing("\n  ", with: "\n"))) }
    }

    private var references: String? {
        let below = command.subcommands.filter { $0.name != "help" }.map { (words + [$0.name]).joined(separator: "-") }
        let pages = (above.isEmpty ? [] : [above.joined(separator: "-")]) + below
        guard !pages.isEmpty else { return nil }
        return section("SEE ALSO", pages.map { "\(Roff.bold($0))(1)" }.joined(separator: ",\n") + "\n")
    }

    private func section(_ title: String, _ body: String) -> String { ".SH \"\(title)\"\n\(body)" }
}
