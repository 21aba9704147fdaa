import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import StrictJSON
import Suites

struct SuiteVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "suite",
        abstract: "Look at out-of-domain suites and freeze your own: what every candidate is put to beside its base.",
        discussion: "EXAMPLE\n  lora suite add support-tone tone.jsonl --metric rouge_l\n\n\(ExitStatus.table)",
        subcommands: [SuiteListVerb.self, SuiteShowVerb.self, SuiteAddVerb.self, SuiteRemoveVerb.self])
}

struct SuiteListVerb: Verb {
    static let configuration = Shell.configuration(
        "list", "List the suites that candidates are put to.", example: "lora suite list")

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let suites = try SuiteShelf(session.openRegistry(place.registry).layout).all()
        if format.json {
            session.print(["schema": "lora.suites/1", "suites": .array(suites.map(\.json))])
        } else {
            session.print(
                Table(
                    ["SUITE", "ROWS", "METRIC", "FROM", "DIGEST"],
                    suites.map {
                        [
                            $0.name.text, "\($0.file.rows.count)", $0.metric.name, $0.origin.rawValue,
                            "sha256:\($0.digest.hex.prefix(12))",
                        ]
                    }))
        }
        return .passed
    }
}

struct SuiteShowVerb: Verb {
    static let configuration = Shell.configuration(
        "show", "Show a suite with its first rows.", example: "lora suite show arithmetic")
    private static let shown = 5

    @Argument(help: ArgumentHelp("The suite.", valueName: "suite"))
    var name: String

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let suite = try SuiteShelf(session.openRegistry(place.registry).layout).suite(named: name)
        if format.json {
            session.print(suite.json)
        } else {
            session.console.say(
                "\(suite.name): \(counted(suite.file.rows.count, "row")), scored by \(suite.metric.name), \(suite.origin.rawValue)"
            )
            session.console.say("digest \(suite.digest)")
            for row in suite.file.rows.prefix(Self.shown) {
                session.console.say("  \(row.line)  \(Wording.visible(row.inputText.replacing("\n", with: " ")).prefix(72))")
            }
            let rest = suite.file.rows.count - Self.shown
            if rest > 0 { session.console.say("  … and \(counted(rest, "more row"))") }
        }
        return .passed
    }
}

struct SuiteAddVerb: Verb {
    static let configuration = Shell.configuration(
        "add", "Freeze the rows of a file as a suite of this registry; they are copied and never change.",
        example: "lora suite add support-tone tone.jsonl --metric rouge_l")

    @Argument(help: ArgumentHelp("What the suite is called.", valueName: "name"))
    var name: String
    @Argument(help: ArgumentHelp("Rows in any form that training data have, one a line.", valueName: "file"))
    var file: String
    @Option(
        help: ArgumentHelp("How answers are scored: \(SuiteMetric.names.joined(separator: ", ")).", valueName: "name"),
        completion: .list(SuiteMetric.names))
    var metric = "exact_match"

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        guard let metric = SuiteMetric(name: metric) else { throw SuiteError(unknownMetric: metric) }
        let suite = try SuiteShelf(workspace.layout).add(
            SuiteName(name), from: session.url(file), metric: metric, by: Actor(environment: session.environment),
            at: session.clock())
        if format.json {
            session.print(suite.json)
        } else {
            session.console.say(
                "\(suite.name) is frozen: \(counted(suite.file.rows.count, "row")), sha256:\(suite.digest.hex.prefix(12)). "
                    + "Every candidate whose training begins from now on is put to it.")
        }
        return .passed
    }
}

struct SuiteRemoveVerb: Verb {
    static let configuration = Shell.configuration(
        "remove", "Take away a suite that was added: no candidate is put to it any more.",
        example: "lora suite remove support-tone")

    @Argument(help: ArgumentHelp("The suite.", valueName: "suite"))
    var name: String

    @OptionGroup var place: RegistryOption

    func perform(in session: Session) throws -> ExitStatus {
        try SuiteShelf(session.openRegistry(place.registry).layout).remove(name)
        session.console.say("\(name) is gone. What was measured on it stays with the versions.")
        return .passed
    }
}

extension Suite {
    fileprivate var json: JSONValue {
        [
            "suite": .string(name.text), "rows": .integer(file.rows.count), "metric": .string(metric.name),
            "from": .string(origin.rawValue), "digest": .string("\(digest)"),
        ]
    }
}
