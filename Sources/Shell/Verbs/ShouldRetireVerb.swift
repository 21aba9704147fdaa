import Adapters
import ArgumentParser
import Lifecycle
import StrictJSON

struct ShouldRetireVerb: Verb {
    static let configuration = Shell.configuration(
        "should-retire", "Say whether an adapter is still worth its upkeep: measured beside its base alone, on the same rows.",
        example: "lora should-retire ticket-router")

    @Argument(help: ArgumentHelp("The adapter; its version in production is compared, else the latest.", valueName: "adapter"))
    var adapter: String
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let bar = MeasuringBar(session: session, isQuiet: format.json)
        let outcome = try ShouldRetire(in: session.openRegistry(place.registry), workingFolder: session.workingFolder)
            .run(adapter, now: session.clock(), progress: bar.show)
        bar.end()
        if format.json {
            session.print(outcome.json)
        } else {
            for line in RetirementWords.lines(outcome, session) { session.console.say(line) }
        }
        return switch outcome.verdict.answer {
        case .keep: .passed
        case .retire: .actionDue
        case .notEnoughEvidence: .notEnoughEvidence
        }
    }
}

enum RetirementWords {
    static func lines(_ outcome: ShouldRetire.Outcome, _ session: Session) -> [String] {
        let head =
            switch outcome.verdict.answer {
            case .keep: "\(outcome.version) is worth its upkeep"
            case .retire: "\(outcome.adapter) should be given up"
            case .notEnoughEvidence: "Not enough evidence on \(outcome.version)"
            }
        return ["\(head), by policy '\(outcome.verdict.policy.name)'."] + comparison(outcome)
            + outcome.verdict.rules.flatMap(VerdictWords.lines)
            + (outcome.verdict.answer == .retire
                ? ["`\(session.command("retire \(outcome.adapter) --by-evidence"))` gives it up for these reasons."] : [])
    }

    private static func comparison(_ outcome: ShouldRetire.Outcome) -> [String] {
        guard let base = outcome.facts.baseError, let version = outcome.versionError, let pairs = outcome.facts.pairs else {
            return []
        }
        return [
            "On \(counted(base.sampleSize ?? 0, "row")) the version errs on \(Decimals.percent(version.value)), "
                + "the base alone on \(Decimals.percent(base.value)); "
                + "\(counted(pairs.onlyFirst, "row")) only the version gets right, \(counted(pairs.onlySecond, "row")) only the base."
        ]
    }
}
