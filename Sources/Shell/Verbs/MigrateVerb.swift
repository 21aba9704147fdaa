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
    @Flag(help: "Say what would be measured, trained and moved, and do nothing.")
    var dryRun = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        if dryRun {
            let preview = try MigrateAdapter(in: session.openRegistry(place.registry), workingFolder: session.workingFolder)
                .preview(adapter, to: to)
            guard !format.json else {
                session.print(preview.json)
                return .passed
            }
            for line in MigrationWords.lines(preview, session) { session.console.say(line) }
            return .passed
        }
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
            if !rows.isEmpty { session.print(Table(["COMPARED", "ERROR", "ROWS"], rows, alignsRight: [1, 2])) }
            for line in MigrationWords.lines(outcome, session) { session.console.say(line) }
        }
        return switch outcome.ending {
        case .retire: .actionDue
        case .admitted, .unchanged: .passed
        case .refused: .verificationFailed
        case .interrupted: .interrupted
        }
    }
}

enum MigrationWords {
    static func lines(_ preview: MigrationPreview, _ session: Session) -> [String] {
        guard !preview.isSame else { return [same(preview.adapter, preview.from, preview.to)] }
        let compared = (preview.old.map { ["\($0) where it was trained"] } ?? []) + ["\(preview.to) alone"]
        return [
            "\(preview.adapter) would move from \(preview.from) to \(preview.to):",
            "  measured: \(compared.joined(separator: " and ")), on \(counted(preview.rows, "row"))",
            "  trained: "
                + (preview.left.map { "nothing, since \($0) was trained on it already" }
                    ?? "a version on \(preview.to), unless it will do alone. \(preview.expected.words)"),
            "  moved: the declaration, once the gate of '\(preview.policy)' admits that version; production stays as it is",
            "Nothing was done.",
        ]
    }

    private static func same(_ adapter: AdapterName, _ from: BaseName, _ to: BaseName) -> String {
        "Nothing changed: \(to) has the same bytes as \(from), on which \(adapter) is declared, so there is nothing to train. "
            + "Write 'base: \(to)' into its declaration to call it so."
    }

    static func lines(_ outcome: MigrateAdapter.Outcome, _ session: Session) -> [String] {
        switch outcome.ending {
        case .unchanged:
            return [same(outcome.adapter, outcome.from, outcome.to)]
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
