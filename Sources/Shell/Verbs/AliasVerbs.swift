import Adapters
import ArgumentParser
import Lifecycle
import StrictJSON

struct AliasVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alias", abstract: "Name versions by words of your own, such as ticket-router@staging.",
        discussion: "EXAMPLE\n  lora alias set ticket-router@staging v3 --reason 'for the load test'\n\n\(ExitStatus.table)",
        subcommands: [AliasSetVerb.self, AliasRemoveVerb.self, AliasListVerb.self])
}

struct AliasSetVerb: Verb {
    static let configuration = Shell.configuration(
        "set", "Make an alias or move it; a protected one only where the version's evidence passes, or with --force.",
        example: "lora alias set ticket-router@staging v3 --reason 'for the load test'")

    @Argument(help: ArgumentHelp("The alias with its adapter, such as ticket-router@staging.", valueName: "alias"))
    var alias: String
    @Argument(help: ArgumentHelp("Where it shall point: v3, ticket-router@v3 or another alias.", valueName: "version"))
    var version: String
    @OptionGroup var why: ForcedReasonOption
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let outcome = try session.movingAliases(place.registry).set(
            alias, to: version, isForced: why.force, on: session.occasion(why.reason ?? "set by hand"))
        if format.json {
            session.print(["version": .string("\(outcome.version)"), "event": outcome.event?.json ?? .null], as: "lora.alias/1")
        } else if let event = outcome.event {
            session.console.say(EventWords.line(event))
        } else {
            session.console.say("\(alias) is \(outcome.version) already; nothing was moved.")
        }
        return .passed
    }
}

struct AliasRemoveVerb: Verb {
    static let configuration = Shell.configuration(
        "remove", "Take an alias away; a protected one only with --force.",
        example: "lora alias remove ticket-router@staging --reason 'the load test is over'")

    @Argument(help: ArgumentHelp("The alias with its adapter, such as ticket-router@staging.", valueName: "alias"))
    var alias: String
    @OptionGroup var why: ForcedReasonOption
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let event = try session.movingAliases(place.registry).remove(
            alias, isForced: why.force, on: session.occasion(why.reason ?? "removed by hand"))
        if format.json {
            session.print(["event": event.json], as: "lora.alias/1")
        } else {
            session.console.say(EventWords.line(event))
        }
        return .passed
    }
}

struct AliasListVerb: Verb {
    static let configuration = Shell.configuration(
        "list", "List an adapter's aliases: where each stands, since when, and whether it is protected.",
        example: "lora alias list ticket-router")

    @Argument(help: ArgumentHelp("The adapter.", valueName: "adapter"))
    var adapter: String
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let aliases = try session.openRegistry(place.registry).aliases(of: adapter)
        if format.json {
            session.print(["adapter": .string(adapter), "aliases": .array(aliases.map(\.json))], as: "lora.aliases/1")
        } else if aliases.isEmpty {
            session.console.say("\(adapter) has no alias yet.")
        } else {
            let rows = aliases.map { alias in
                let since = alias.standing.since
                return [
                    alias.standing.alias.text, alias.standing.version.label, alias.isProtected ? "protected" : "–", "\(since.at)",
                    since.actor.name, since.reason + (since.isForced ? " (forced)" : ""),
                ]
            }
            session.print(Table(["ALIAS", "VERSION", "PROTECTION", "SINCE", "BY", "REASON"], rows))
        }
        return .passed
    }
}
