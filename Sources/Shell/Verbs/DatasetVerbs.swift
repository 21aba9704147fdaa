import Adapters
import ArgumentParser
import Lifecycle
import StrictJSON

struct DatasetVerb: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "dataset", abstract: "Look at the data sets that versions were trained on, as git keeps them.",
        discussion: "EXAMPLE\n  lora dataset show ticket-router@v3\n\n\(ExitStatus.table)",
        subcommands: [DatasetListVerb.self, DatasetShowVerb.self, DatasetExportVerb.self, DatasetDiffVerb.self])
}

struct DatasetListVerb: Verb {
    static let configuration = Shell.configuration(
        "list", "List the data sets with the versions that were trained on them.", example: "lora dataset list")

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let catalogue = try session.openRegistry(place.registry).datasets()
        if format.json {
            session.print(catalogue.json)
        } else if catalogue.entries.isEmpty {
            session.console.say("No data set is stored yet. `\(session.command("train NAME"))` stores what it trains on.")
        } else {
            session.print(DatasetWords.table(catalogue.entries))
        }
        for fault in catalogue.faults { session.console.complain("warning: \(fault.explanation.what)") }
        return catalogue.faults.isEmpty ? .passed : .integrityFailure
    }
}

struct DatasetShowVerb: Verb {
    static let configuration = Shell.configuration(
        "show", "Show a data set: its files, what its examination found, and who was trained on it.",
        example: "lora dataset show ds-1a2b3c4d")

    @OptionGroup var dataset: DatasetArgument
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let entry = try session.openRegistry(place.registry).datasetEntry(dataset.name)
        if format.json {
            session.print(entry.fullJSON)
        } else {
            for line in DatasetWords.lines(entry) { session.console.say(line) }
        }
        return .passed
    }
}

struct DatasetExportVerb: Verb {
    static let configuration = Shell.configuration(
        "export", "Write the files of a data set into a new folder, every byte checked against its digest.",
        example: "lora dataset export ticket-router@v3 data-of-v3")

    @OptionGroup var dataset: DatasetArgument
    @Argument(help: ArgumentHelp("The folder to make; refused when it is there and not empty.", valueName: "dir"))
    var folder: String
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let exported = try session.openRegistry(place.registry).exportDataset(dataset.name, to: session.url(folder))
        if format.json {
            session.print(exported.json)
        } else {
            session.console.say("\(exported.dataset) is in \(exported.folder.path) (\(exported.dataset.digest)).")
        }
        return .passed
    }
}

struct DatasetDiffVerb: Verb {
    static let configuration = Shell.configuration(
        "diff", "Count the rows that two data sets have in common, and those that only one has.",
        example: "lora dataset diff ticket-router@v2 ticket-router@v3")

    @OptionGroup var dataset: DatasetArgument
    @Argument(help: ArgumentHelp("The other one.", valueName: "dataset"))
    var other: String
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let comparison = try session.openRegistry(place.registry).comparison(of: dataset.name, with: other)
        if format.json {
            session.print(comparison.json)
        } else {
            for line in DatasetWords.lines(comparison) { session.console.say(line) }
        }
        return .passed
    }
}

struct DatasetArgument: ParsableArguments {
    @Argument(
        help: ArgumentHelp(
            "A data set such as ds-1a2b3c4d, or a version, which means what it was trained on.", valueName: "dataset"))
    var name: String
}
