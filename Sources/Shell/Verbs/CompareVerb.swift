import Adapters
import ArgumentParser
import Lifecycle
import StrictJSON

struct CompareVerb: Verb {
    static let configuration = Shell.configuration(
        "compare", "Hold a version against another or against the base, on the same held-out rows.",
        example: """
            lora compare ticket-router@candidate ticket-router@production
              lora compare ticket-router@v2 base --by language
            """)

    @Argument(help: ArgumentHelp("A version; a bare name means production, else the latest.", valueName: "version"))
    var first: String
    @Argument(help: ArgumentHelp("Another version of the same adapter, or base.", valueName: "other"))
    var second = "base"
    @Option(
        help: ArgumentHelp(
            "How often the first is measured, to tell differences from its own noise; from 1 to 100.", valueName: "n"))
    var repeats = 1
    @OptionGroup var parting: SliceOptions
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard (1...100).contains(repeats) else { throw ValidationError("--repeats takes from 1 to 100.") }
    }

    func perform(in session: Session) throws -> ExitStatus {
        let bar = MeasuringBar(session: session, isQuiet: format.json)
        let comparing = CompareVersions(in: try session.openRegistry(place.registry), workingFolder: session.workingFolder)
        let outcome = try comparing.run(
            first, against: second, by: parting.by, repeats: repeats, now: session.clock(), progress: bar.show)
        bar.end()
        if format.json {
            session.print(outcome.json, as: CompareVersions.Outcome.schema)
        } else {
            session.print(
                HeldOutTable.table(
                    outcome.context + [outcome.second, outcome.first], confidence: outcome.comparison.confidence))
            if !outcome.slices.isEmpty {
                session.print(ComparisonWords.table(outcome.slices, first: "FIRST", second: "SECOND"))
            }
            for line in ComparisonWords.lines(outcome) { session.console.say(line) }
        }
        return .passed
    }
}
