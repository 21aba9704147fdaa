import Adapters
import ArgumentParser
import Foundation
import Lifecycle
import StrictJSON
import Suites

struct ProbeVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "probe",
        abstract: "Keep a regression that was found once as a probe that every later version must answer rightly.",
        discussion: """
            EXAMPLE
              lora probe add ticket-router@v3 --line 17 --reason 'refunds went to billing'

            \(ExitStatus.table)
            """,
        subcommands: [ProbeAddVerb.self, ProbeListVerb.self, ProbeRunVerb.self, ProbeRemoveVerb.self])
}

struct ProbeAddVerb: Verb {
    static let configuration = Shell.configuration(
        "add", "Add a probe: a held-out row by its line, a question with its answer, or the rows of a file.",
        example: "lora probe add ticket-router@v3 --prompt 'I want my money back' --answer refund --reason 'went to billing'")

    @Argument(help: ArgumentHelp("The adapter; with @VERSION, where the regression was found.", valueName: "adapter"))
    var adapter: String
    @Option(help: ArgumentHelp("A line of the declared held-out file, from 1; may be repeated.", valueName: "n"))
    var line: [Int] = []
    @Option(help: ArgumentHelp("A question; needs --answer.", valueName: "text"))
    var prompt: String?
    @Option(help: ArgumentHelp("What is right.", valueName: "text"))
    var answer: String?
    @Option(help: ArgumentHelp("Rows in any form that training data have.", valueName: "file"))
    var file: String?
    @Option(help: ArgumentHelp("What went wrong.", valueName: "text"))
    var reason: String
    @Option(help: ArgumentHelp("The least score that is right, for metrics that score in between.", valueName: "0…1"))
    var atLeast = 1.0

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard [!line.isEmpty, prompt != nil, file != nil].count(where: { $0 }) == 1 else {
            throw ValidationError("Give one of --line, --prompt and --file.")
        }
        guard (prompt == nil) == (answer == nil) else { throw ValidationError("--prompt and --answer go together.") }
        guard (0...1).contains(atLeast) else { throw ValidationError("--at-least lies between 0 and 1.") }
    }

    func perform(in session: Session) throws -> ExitStatus {
        let source: KeepProbes.Source =
            if let prompt, let answer {
                .pair(prompt: prompt, answer: answer)
            } else if let file {
                .file(session.url(file))
            } else {
                .heldOutLines(line)
            }
        let outcome = try KeepProbes(in: session.openRegistry(place.registry)).add(
            source, to: adapter, reason: reason, atLeast: atLeast, by: Actor(environment: session.environment),
            at: session.clock())
        if format.json {
            session.print(ProbeWords.json(outcome.adapter, outcome.added))
        } else if outcome.added.isEmpty {
            session.console.say("Each of these is a probe of \(outcome.adapter) already.")
        } else {
            for probe in outcome.added { session.console.say("\(probe.name)  \(ProbeWords.question(probe))") }
            session.console.say(
                "From now on every candidate of \(outcome.adapter) is asked; "
                    + "`\(session.command("probe run \(outcome.adapter)"))` asks what is in use.")
        }
        return .passed
    }
}

struct ProbeListVerb: Verb {
    static let configuration = Shell.configuration(
        "list", "List the probes of an adapter.", example: "lora probe list ticket-router")

    @Argument(help: ArgumentHelp("The adapter.", valueName: "adapter"))
    var adapter: String

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let (name, probes) = try KeepProbes(in: session.openRegistry(place.registry)).list(adapter)
        if format.json {
            session.print(ProbeWords.json(name, probes))
        } else if probes.isEmpty {
            session.console.say(
                "\(name) has no probes. `\(session.command("probe add \(name) --line 17 --reason 'what went wrong'"))` keeps a held-out row as one."
            )
        } else {
            for probe in probes {
                session.console.say("\(probe.name)  \(ProbeWords.question(probe))")
                session.console.say(
                    "    \(Wording.visible(probe.reason))\(probe.foundIn.map { "; found in \($0)" } ?? "")\(probe.atLeast < 1 ? "; right from \(probe.atLeast)" : "")"
                )
            }
        }
        return .passed
    }
}

struct ProbeRunVerb: Verb {
    static let configuration = Shell.configuration(
        "run", "Ask a version the probes of its adapter; exit 13 when it fails one.", example: "lora probe run ticket-router")

    @Argument(
        help: ArgumentHelp("NAME, NAME@v3 or NAME@alias; a bare name means production, else the latest.", valueName: "adapter"))
    var adapter: String

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let bar = MeasuringBar(session: session, isQuiet: format.json)
        let outcome = try KeepProbes(in: session.openRegistry(place.registry)).run(
            adapter, now: session.clock(), progress: bar.show)
        bar.end()
        let failed = Set(outcome.facts.failed)
        if format.json {
            session.print(
                [
                    "schema": "lora.probe-run/1", "version": .string("\(outcome.version)"),
                    "probes": .integer(outcome.facts.count), "failed": .array(outcome.facts.failed.map { .string($0) }),
                ])
        } else if outcome.probes.isEmpty {
            session.console.say("\(outcome.version.adapter) has no probes.")
        } else {
            for probe in outcome.probes {
                session.console.say(
                    "\(failed.contains(probe.name) ? "fails " : "passes") \(probe.name)  \(ProbeWords.question(probe))")
            }
            session.console.say(
                "\(outcome.version) answers \(outcome.facts.count - failed.count) of \(counted(outcome.facts.count, "probe")) rightly."
            )
        }
        return failed.isEmpty ? .passed : .verificationFailed
    }
}

struct ProbeRemoveVerb: Verb {
    static let configuration = Shell.configuration(
        "remove", "Take away a probe that asks for something wrong.", example: "lora probe remove ticket-router p2")

    @Argument(help: ArgumentHelp("The adapter.", valueName: "adapter"))
    var adapter: String
    @Argument(help: ArgumentHelp("The probe.", valueName: "probe"))
    var probe: String

    @OptionGroup var place: RegistryOption

    func perform(in session: Session) throws -> ExitStatus {
        let removed = try KeepProbes(in: session.openRegistry(place.registry)).remove(probe, from: adapter)
        session.console.say("\(removed.name) is gone: \(ProbeWords.question(removed))")
        return .passed
    }
}

enum ProbeWords {
    /// The first of what a probe asks.
    static func question(_ probe: KeptProbe) -> String {
        let text = Wording.visible(probe.question.replacing("\n", with: " "))
        return text.count > 66 ? text.prefix(65) + "…" : text
    }

    static func json(_ adapter: AdapterName, _ probes: [KeptProbe]) -> JSONValue {
        ["schema": "lora.probes-kept/1", "adapter": .string(adapter.text), "probes": .array(probes.map { .object($0.json) })]
    }
}
