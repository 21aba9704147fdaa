import Adapters
import ArgumentParser
import Lifecycle
import StrictJSON

struct PromoteVerb: Verb {
    static let configuration = Shell.configuration(
        "promote", "Put a version into production; the one before it becomes previous.",
        example: "lora promote ticket-router@v2 --reason 'wins the A/B test'")

    @Argument(help: ArgumentHelp("The version, such as ticket-router@v2; a bare name means its candidate.", valueName: "version"))
    var version: String
    @OptionGroup var why: ForcedReasonOption
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let outcome = try session.movingAliases(place.registry).promote(
            version, isForced: why.force, on: session.occasion(why.reason ?? "promoted by hand"))
        if format.json {
            session.print(
                ["version": .string("\(outcome.version)"), "event": outcome.event?.json ?? .null], as: "lora.promote/1")
        } else if let event = outcome.event {
            session.console.say(EventWords.line(event))
        } else {
            session.console.say("\(outcome.version) is in production already; nothing was moved.")
        }
        return .passed
    }
}

struct RollbackVerb: Verb {
    static let configuration = Shell.configuration(
        "rollback", "Bring back the version that was in production before.",
        example: "lora rollback ticket-router --reason 'misroutes refunds'")

    @Argument(help: ArgumentHelp("The adapter.", valueName: "adapter"))
    var adapter: String
    @OptionGroup var why: ForcedReasonOption
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let event = try session.movingAliases(place.registry).rollBack(
            adapter, isForced: why.force, on: session.occasion(why.reason ?? "rolled back by hand"))
        if format.json {
            session.print(
                ["version": event.version.map { .string("\($0)") } ?? .null, "event": event.json], as: "lora.rollback/1")
        } else {
            session.console.say(EventWords.line(event))
        }
        return .passed
    }
}

extension Session {
    func movingAliases(_ registry: String?) throws -> MoveAlias {
        MoveAlias(in: try openRegistry(registry), workingFolder: workingFolder)
    }
}

struct HistoryVerb: Verb {
    static let configuration = Shell.configuration(
        "history", "Tell what happened to an adapter's versions, and which runs led to none: who, when, why.",
        example: "lora history ticket-router")

    @Argument(help: ArgumentHelp("The adapter.", valueName: "adapter"))
    var adapter: String
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let history = try session.openRegistry(place.registry).history(of: adapter)
        if format.json {
            session.print(history.json)
        } else if history.entries.isEmpty {
            session.console.say("Nothing has happened to \(adapter) yet.")
        } else {
            for entry in history.entries { session.console.say(EventWords.line(entry)) }
        }
        return .passed
    }
}

/// An event as one line.
enum EventWords {
    static func line(_ entry: AdapterHistory.Entry) -> String {
        switch entry {
        case .event(let event): line(event)
        case .run(let run, let end): "\(end.at)  \(run.id) \(run.standing): \(end.outcome.reason ?? "it left no version")"
        }
    }

    static func line(_ event: RegistryEvent) -> String {
        let moves = event.moves.map { "\($0.alias): \(label($0.from)) → \(label($0.to))" }.joined(separator: ", ")
        let deed = (event.version.map { "\($0) " } ?? "") + event.deed + (moves.isEmpty ? "" : " (\(moves))")
        return "\(event.at)  \(deed) by \(event.actor.name): \(event.reason)"
    }

    private static func label(_ version: VersionID?) -> String { version?.label ?? "none" }
}
