import ArgumentParser
import Lifecycle

struct ListVerb: Verb {
    static let configuration = Shell.configuration(
        "list", "List the declared adapters with their versions.", example: "lora list --json")

    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func perform(in session: Session) throws -> ExitStatus {
        let catalogue = try session.openRegistry(place.registry).catalogue()
        if format.json {
            session.print(catalogue.json)
        } else if catalogue.entries.isEmpty && catalogue.faults.isEmpty {
            session.console.print("No adapter is declared yet. Write registry/adapters/NAME.yaml; README shows one.")
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
