import Adapters
import ArgumentParser
import Lifecycle
import StrictJSON

struct ArchiveVerb: Verb {
    static let configuration = Shell.configuration(
        "archive", "Let an adapter rest: out of the list and of retrain-check, and not trained until it is brought back.",
        example: "lora archive ticket-router --reason 'the pilot is over'")

    @Argument(help: ArgumentHelp("The adapter.", valueName: "adapter"))
    var adapter: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let occasion = session.occasion(why.reason ?? "archived by hand")
        let event = try session.openRegistry(place.registry).archive(adapter, on: occasion)
        return session.report(event, of: adapter, isJSON: format.json)
    }
}

struct UnarchiveVerb: Verb {
    static let configuration = Shell.configuration(
        "unarchive", "Bring an archived adapter back.", example: "lora unarchive ticket-router --reason 'the pilot goes on'")

    @Argument(help: ArgumentHelp("The adapter.", valueName: "adapter"))
    var adapter: String
    @OptionGroup var why: ReasonOption
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let occasion = session.occasion(why.reason ?? "brought back by hand")
        let event = try session.openRegistry(place.registry).unarchive(adapter, on: occasion)
        return session.report(event, of: adapter, isJSON: format.json)
    }
}

struct RetireVerb: Verb {
    static let configuration = Shell.configuration(
        "retire", "Give an adapter up for good; its versions are kept until they are pruned.",
        example: "lora retire ticket-router --reason 'replaced by ticket-desk'")

    @Argument(help: ArgumentHelp("The adapter.", valueName: "adapter"))
    var adapter: String
    @Flag(help: "Only if its comparison with the base says so, which becomes the reason; exit 11 when it does not.")
    var byEvidence = false
    @OptionGroup var why: ForcedReasonOption
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard !(byEvidence && why.reason != nil) else {
            throw ValidationError("--by-evidence finds the reason itself; leave --reason out.")
        }
    }

    func perform(in session: Session) throws -> ExitStatus {
        if byEvidence { return try performByEvidence(in: session) }
        let occasion = session.occasion(why.reason ?? "retired by hand")
        let event = try session.openRegistry(place.registry).retire(adapter, isForced: why.force, on: occasion)
        return session.report(event, of: adapter, isJSON: format.json)
    }
}

extension RetireVerb {
    private func performByEvidence(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        let bar = MeasuringBar(session: session, isQuiet: format.json)
        let outcome = try ShouldRetire(in: workspace, workingFolder: session.workingFolder)
            .run(adapter, now: session.clock(), progress: bar.show)
        bar.end()
        guard outcome.verdict.answer == .retire else {
            if format.json {
                session.print(outcome.json)
            } else {
                for line in RetirementWords.lines(outcome, session) { session.console.say(line) }
            }
            return outcome.verdict.answer == .keep ? .adviceIsNo : .notEnoughEvidence
        }
        let reasons = outcome.verdict.rules.filter { $0.finding == .failed }.map(\.reason).joined(separator: " ")
        return session.report(
            try workspace.retire(adapter, isForced: false, on: session.occasion("by evidence: \(reasons)")), of: adapter,
            isJSON: format.json)
    }
}

/// `--reason TEXT`, for what the history keeps.
struct ReasonOption: ParsableArguments {
    @Option(help: ArgumentHelp("Why; kept in the history.", valueName: "text"))
    var reason: String?
}

/// `--force`, for what is done against the evidence: only with a reason.
struct ForcedReasonOption: ParsableArguments {
    @Option(help: ArgumentHelp("Why; kept in the history.", valueName: "text"))
    var reason: String?
    @Flag(help: "Do it against what the evidence says; needs a reason, and the history says that it was forced.")
    var force = false

    func validate() throws {
        guard !force || reason?.contains(where: { !$0.isWhitespace }) == true else {
            throw ValidationError("--force needs a --reason that says why.")
        }
    }
}

extension Session {
    func report(_ event: RegistryEvent, of adapter: String, isJSON: Bool) -> ExitStatus {
        if isJSON {
            print(["adapter": .string(adapter), "event": event.json], as: "lora.state/1")
        } else {
            console.say("\(adapter): \(EventWords.line(event))")
        }
        return .passed
    }
}
