import ArgumentParser
import Lifecycle

struct ListVerb: Verb {
    static let configuration = Shell.configuration(
        "list", "List the declared adapters with their versions.", example: "lora list --json")

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        let catalogue = try workspace.catalogue()
        if format.json {
            session.print(catalogue.json)
        } else if catalogue.entries.isEmpty && catalogue.faults.isEmpty {
            let folder = PathWords.path(workspace.layout.adapters, below: session.workingFolder)
            session.console.print(
                "No adapter is declared yet. Write \(folder)/NAME.yaml with name, task, owner, base, data, metric and horizon.")
        } else {
            session.print(CatalogueTable.table(catalogue))
        }
        for fault in catalogue.faults { session.console.complain(Wording.text(of: fault.explanation)) }
        return catalogue.faults.isEmpty ? .passed : .usage
    }
}

enum CatalogueTable {
    static func table(_ catalogue: Catalogue) -> Table {
        Table(["ADAPTER", "BASE", "OWNER", "LATEST", "PRODUCTION", "CANDIDATE", "LAST RUN"], catalogue.entries.map(row))
    }

    private static func row(_ entry: Catalogue.Entry) -> [String] {
        [
            entry.declaration.name.text, entry.declaration.base.text, entry.declaration.owner,
            entry.latest?.version.label ?? "–", entry.aliases[.production]?.label ?? "–",
            entry.aliases[.candidate]?.label ?? "–",
            entry.lastRun.map { "\($0.id) \($0.standing)" } ?? "–",
        ]
    }
}
