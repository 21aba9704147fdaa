import Adapters
import ArgumentParser
import Export
import Lifecycle
import StrictJSON

struct AdoptVerb: Verb {
    static let configuration = Shell.configuration(
        "adopt", "Make a version of a LoRA adapter that was trained elsewhere, in PEFT's or mlx-lm's layout.",
        example: "lora adopt outputs/checkpoint-300 --adapter ticket-router --trained-at 2026-04-02 --dry-run")

    @Argument(help: ArgumentHelp("The folder that the trainer left, with adapter_config.json.", valueName: "dir"))
    var folder: String
    @Option(
        help: ArgumentHelp("The declared adapter to add a version to: adapters/NAME.yaml in the registry.", valueName: "name"))
    var adapter: String
    @Option(help: ArgumentHelp("The pinned base that it was trained on; refused unless it is the adapter's.", valueName: "name"))
    var base: String?
    @Option(help: ArgumentHelp("Why; kept in the history.", valueName: "text"))
    var reason = "trained elsewhere"
    @Option(help: ArgumentHelp("When it was trained (UTC, ISO 8601), if that is known.", valueName: "time"))
    var trainedAt: Timestamp?
    @Option(help: ArgumentHelp("What trained it, if that is known, such as 'unsloth 2026.3'.", valueName: "text"))
    var trainedBy: String?
    @Option(help: ArgumentHelp("The file that it was trained on, if that is known.", valueName: "file"))
    var dataTrain: String?
    @Option(help: ArgumentHelp("The held-out file that it was judged on; with --data-train.", valueName: "file"))
    var dataEval: String?
    @Flag(help: "Adopt what can be kept, though part of the correction is lost; what is left out is recorded.")
    var ignoreForeign = false
    @Flag(help: "Check it and say what would become of it; write nothing.")
    var dryRun = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard dataEval == nil || dataTrain != nil else { throw ValidationError("--data-eval goes with --data-train.") }
    }

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        let plan = try workspace.planAdoption(
            AdoptionRequest(
                folder: session.url(folder), adapter: adapter, base: base, ignoresForeign: ignoreForeign, trainedAt: trainedAt,
                trainedBy: trainedBy, trainData: dataTrain.map(session.url), heldOutData: dataEval.map(session.url)),
            at: session.clock())
        for warning in plan.warnings { session.console.complain("warning: \(Wording.visible(warning))") }
        let adopted = dryRun ? nil : try workspace.adopt(plan, on: session.occasion(reason))
        if format.json {
            session.print(adopted?.json ?? plan.json)
        } else {
            for line in AdoptionWords.lines(plan, adopted) { session.console.say(line) }
        }
        return .passed
    }
}
