import ArgumentParser
import Export
import Lifecycle

struct ExportVerb: Verb {
    static let configuration = Shell.configuration(
        "export", "Write a version out as a folder that PEFT or mlx-lm loads, for a server or another machine.",
        example: "lora export ticket-router@production served/ticket-router")

    @Argument(
        help: ArgumentHelp("The adapter or version; a bare name means production, else the latest.", valueName: "version"))
    var version: String
    @Argument(help: ArgumentHelp("The folder to make; refused when it is there and not empty.", valueName: "dir"))
    var folder: String
    @Option(help: ArgumentHelp("Whose layout: peft, which vLLM and TGI load too, or mlx.", valueName: "layout"))
    var layout = AdapterLayout.peft
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let exported = try session.openRegistry(place.registry).export(
            version, to: session.url(folder), as: layout)
        if format.json {
            session.print(exported.json)
        } else {
            session.console.say("\(exported.version) is in \(exported.folder.path) (commit \(exported.commit)).")
            for part in exported.folded {
                session.console.say("  scale of \(part.module) folded into its b: \(part.factor) times")
            }
        }
        return .passed
    }
}

extension AdapterLayout: ExpressibleByArgument {}
