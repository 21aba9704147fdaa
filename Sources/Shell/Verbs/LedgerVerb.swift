import ArgumentParser
import Lifecycle

struct LedgerVerb: Verb {
    static let configuration = Shell.configuration(
        "ledger", "List the verdicts on an adapter as they were given; with --track-record, how they have held.",
        example: "lora ledger ticket-router",
        notes: """
            QUESTIONS
              should_finetune  each `should-finetune` of the adapter, with what was judged: measured, earlier evidence or typed
              admit            whether the gate let a trained candidate become a version
              promote          whether a version may go into production
              retrain          what `retrain-check --run` began, and how it ended
              retire           each `should-retire`; the answer alone gives nothing up
              migrate          that another base alone would do, by `migrate`
            """)

    @Argument(help: ArgumentHelp("An adapter; with --track-record all when none is named.", valueName: "adapter"))
    var adapter: String?
    @Flag(help: "Hold each advice on fine-tuning against the first training after it.")
    var trackRecord = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard adapter != nil || trackRecord else { throw ValidationError("Name an adapter, or give --track-record.") }
    }

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        guard let adapter, !trackRecord else {
            let record = try workspace.trackRecord(of: adapter, workingFolder: session.workingFolder)
            if format.json {
                session.print(record.json)
            } else {
                for line in TrackRecordWords.lines(record) { session.console.say(line) }
                if let table = TrackRecordWords.table(record) { session.print(table) }
            }
            return .passed
        }
        let ledger = try workspace.ledger(of: adapter)
        if format.json {
            session.print(ledger.json)
        } else if ledger.entries.isEmpty {
            session.console.say("No verdict on \(ledger.adapter) was given yet.")
        } else {
            session.print(LedgerWords.table(ledger))
        }
        return .passed
    }
}
