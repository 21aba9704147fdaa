import Adapters
import ArgumentParser
import Lifecycle
import Policies
import StrictJSON

struct PruneVerb: Verb {
    static let configuration = Shell.configuration(
        "prune", "Plan which versions give up their weights, and which folders of runs nobody needs; --execute does it.",
        example: "lora prune ticket-router --execute --reason 'disk is short'")

    @Argument(help: ArgumentHelp("Adapters; every one when none is named.", valueName: "adapter"))
    var adapters: [String] = []
    @Flag(name: [.long, .customLong("yes")], help: "Do what the plan says.")
    var execute = false
    @Flag(help: "Also versions of which no other repository is known to have a copy.")
    var unpushed = false
    @OptionGroup var why: ReasonOption
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let pruning = PruneRegistry(
            in: try session.openRegistry(place.registry), workingFolder: session.workingFolder, givesUpLast: unpushed)
        let plan = try pruning.plan(adapters)
        let won = try execute ? pruning.carryOut(plan, on: session.occasion(why.reason ?? "pruned by hand")) : nil
        if format.json {
            session.print(plan.json(won: won), as: "lora.prune/1")
        } else {
            for line in PruneWords.lines(plan, won: won, command: session.command(repeatedWithout: [])) {
                session.console.say(line)
            }
        }
        return .passed
    }
}

enum PruneWords {
    static func lines(_ plan: PruneRegistry.Plan, won: Int?, command: String) -> [String] {
        let versions = plan.adapters.flatMap { adapter in
            ["\(adapter.adapter) (policy '\(adapter.policy.name)')"] + adapter.items.reversed().map(line)
        }
        let leftovers = plan.leftovers.isEmpty ? [] : ["staging and caches"] + plan.leftovers.map(line)
        return versions + leftovers + [summary(plan, won, command)]
    }

    private static func line(_ item: PrunePlan.Item) -> String {
        let size = item.bytes > 0 ? "  \(SizeWords.text(item.bytes))" : ""
        return switch item.deed {
        case .keep: "  keep    \(item.version.label)\(size)  \(item.reasons.map(\.words).joined(separator: "; "))"
        case .remove: "  remove  \(item.version.label)\(size)  nothing keeps it"
        case .gone: "  pruned  \(item.version.label)\(size)  its weights were given up before"
        }
    }

    private static func line(_ leftover: PruneRegistry.Leftover) -> String {
        "  \(leftover.isRemoved ? "remove" : "keep  ")  \(leftover.name)  \(SizeWords.text(leftover.bytes))  \(leftover.reason)"
    }

    private static func summary(_ plan: PruneRegistry.Plan, _ won: Int?, _ command: String) -> String {
        if let won { return "Freed \(RuleValue.count(won).words) bytes; \(counted(plan.kept, "version")) kept." }
        guard !plan.isEmpty else { return "Nothing to remove." }
        return "This would free \(RuleValue.count(plan.bytes).words) bytes and keep \(counted(plan.kept, "version")). "
            + "`\(command) --execute` does it."
    }
}

extension PruneRegistry.Plan {
    func json(won: Int?) -> JSONValue {
        [
            "executed": .bool(won != nil), "bytes": .integer(won ?? bytes), "adapters": .array(adapters.map(\.json)),
            "leftovers": .array(
                leftovers.map { leftover in
                    [
                        "name": .string(leftover.name), "folder": .string(leftover.folder.path),
                        "bytes": .integer(leftover.bytes),
                        "deed": .string(leftover.isRemoved ? "remove" : "keep"), "because": .string(leftover.reason),
                    ]
                }),
        ]
    }
}
