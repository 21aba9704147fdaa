import Adapters
import ArgumentParser
import Lifecycle
import StrictJSON

struct MigrateVerb: Verb {
    static let configuration = Shell.configuration(
        "migrate",
        "Move an adapter to another base: compare the old version, the new base alone, and one retrained on it; exit 10 when the new base alone will do.",
        example: "lora migrate ticket-router --to qwen3-next")

    @Argument(help: ArgumentHelp("The adapter.", valueName: "adapter"))
    var adapter: String
    @Option(help: ArgumentHelp("The pinned base that it moves to.", valueName: "base"))
    var to: String
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let (bar, measuring) = (TrainingBar(console: session.console), MeasuringBar(session: session, isQuiet: format.json))
        let outcome = try MigrateAdapter(in: session.openRegistry(place.registry), workingFolder: session.workingFolder).run(
            adapter, to: to, by: Actor(environment: session.environment), clock: session.clock,
            shouldStop: { session.isInterrupted },
            observe: { event in
                guard !format.json else { return }
                switch event {
                case .training(let event): bar.show(event)
                case .measuring(let subject, let done, let rows): measuring.draw(subject, done, rows)
                default: break
                }
            })
        if format.json {
            session.print(outcome.json)
        } else {
            let rows = outcome.lines.map { line in
                [line.subject, Decimals.percent(line.error.value), line.error.sampleSize.map { "\($0)" } ?? "–"]
            }
            session.print(Table(["COMPARED", "ERROR", "ROWS"], rows, alignsRight: [1, 2]))
            for line in MigrationWords.lines(outcome, session) { session.console.print(line) }
        }
        return switch outcome.ending {
        case .retire: .actionDue
        case .admitted: .passed
        case .refused: .verificationFailed
        case .interrupted: .interrupted
        }
    }
}

enum MigrationWords {
    static func lines(_ outcome: MigrateAdapter.Outcome, _ session: Session) -> [String] {
        switch outcome.ending {
        case .retire(let verdict):
            return ["\(outcome.to) alone will do; nothing was trained and \(outcome.adapter) stays on \(outcome.from)."]
                + verdict.rules.filter { $0.finding == .failed }.flatMap(VerdictWords.lines)
                + ["`\(session.command("retire \(outcome.adapter) --reason 'the new base needs none'"))` gives it up."]
        case .admitted(let version):
            return [
                "\(outcome.adapter) is declared on \(outcome.to) now, where \(version) is its candidate; "
                    + "put it into production with `\(session.command("promote \(version)"))`."
            ]
        case .refused(let verdict):
            return ["Refused by the gate; \(outcome.adapter) stays on \(outcome.from)."]
                + verdict.rules.filter { $0.passed != true }.flatMap(VerdictWords.lines) + VerdictWords.worst(of: verdict)
        case .interrupted:
            return ["Stopped; the same command goes on with it."]
        }
    }
}
