import Adapters
import ArgumentParser
import Lifecycle
import SharedWork
import StrictJSON

struct ListVerb: Verb {
    static let configuration = Shell.configuration(
        "list", "List the declared adapters with their versions.",
        example: "lora list --owner support-desk --due --sort due --columns name,production,error,due")

    @Option(help: ArgumentHelp("Only adapters of this base.", valueName: "name"))
    var base: String?
    @Option(help: ArgumentHelp("Only adapters of this owner.", valueName: "name"))
    var owner: String?
    @Option(help: ArgumentHelp("Only adapters whose task holds this text.", valueName: "text"))
    var task: String?
    @Option(
        help: ArgumentHelp(
            "Only adapters in this state: active, archived or retired; may be repeated. Those that are active by default.",
            valueName: "state"))
    var state: [AdapterState] = []
    @Flag(help: "Only adapters that are due for retraining.")
    var due = false
    @Option(help: ArgumentHelp("Order by a column; what an adapter lacks comes last.", valueName: "column"))
    var sort: CatalogueQuery.Key?
    @Flag(help: "The largest first.")
    var reverse = false
    @Option(
        help: ArgumentHelp(
            "The columns, separated by commas: \(CatalogueQuery.Key.allCases.map(\.rawValue).joined(separator: ", ")).",
            valueName: "columns"))
    var columns: ColumnList?
    @Flag(help: "Print comma-separated values.")
    var csv = false
    @OptionGroup var place: RegistryOption
    @OptionGroup var format: JSONOption

    func validate() throws {
        guard !csv || !format.json else { throw ValidationError("Give either --csv or --json.") }
        guard columns == nil || !format.json else { throw ValidationError("--json prints every column; leave --columns out.") }
    }

    func perform(in session: Session) throws -> ExitStatus {
        let workspace = try session.openRegistry(place.registry)
        let catalogue = try workspace.catalogue(query, showing: format.json ? [] : shown) {
            try RetrainCheck(in: workspace, workingFolder: session.workingFolder).run(nil, now: session.clock())
        }
        if format.json {
            session.print(catalogue.json(try workspace.records(of: catalogue)))
        } else if csv {
            session.console.print(CatalogueTable(columns: shown).csv(catalogue))
        } else if catalogue.entries.isEmpty && catalogue.faults.isEmpty {
            session.console.say(try emptiness(workspace, session))
        } else {
            session.print(CatalogueTable(columns: shown).table(catalogue))
        }
        for fault in catalogue.faults { session.console.complain(Wording.text(of: fault.explanation)) }
        return catalogue.faults.isEmpty ? .passed : .usage
    }

    private var shown: [CatalogueQuery.Key] {
        columns?.keys ?? [.name, .base, .owner, .latest, .production, .candidate, .lastRun]
    }

    private var query: CatalogueQuery {
        var query = CatalogueQuery()
        if !state.isEmpty { query.states = Set(state) }
        (query.base, query.owner, query.task, query.onlyDue) = (base, owner, task, due)
        (query.key, query.isDescending) = (sort ?? (reverse ? .name : nil), reverse)
        return query
    }

    private func emptiness(_ workspace: Workspace, _ session: Session) throws -> String {
        guard try workspace.registry.declaredNames().isEmpty else { return "No adapter is like that." }
        let folder = PathWords.path(workspace.layout.adapters, below: session.workingFolder)
        let pulled = try workspace.registry.recordedAdapters()
        guard pulled.isEmpty else {
            let names = pulled.sorted().prefix(5).map(\.text).joined(separator: ", ")
            return "No adapter is declared here, but there are versions of \(names)\(pulled.count > 5 ? ", …" : ""). "
                + "Write \(folder)/NAME.yaml, or bring it from where they were trained; `\(session.command("show NAME@v1"))` shows one."
        }
        return "No adapter is declared yet. Write \(folder)/NAME.yaml with name, task, owner, base, data, metric and horizon."
    }
}

extension CatalogueQuery.Key: ExpressibleByArgument {}
extension AdapterState: ExpressibleByArgument {}

/// Columns by name, each once.
struct ColumnList: ExpressibleByArgument {
    let keys: [CatalogueQuery.Key]

    init?(argument: String) {
        let keys = argument.split(separator: ",").map { CatalogueQuery.Key(rawValue: $0.trimmingCharacters(in: .whitespaces)) }
        guard !keys.isEmpty, keys.allSatisfy({ $0 != nil }), Set(keys).count == keys.count else { return nil }
        self.keys = keys.compactMap(\.self)
    }
}

/// A catalogue in columns.
struct CatalogueTable {
    let columns: [CatalogueQuery.Key]

    func table(_ catalogue: Catalogue) -> Table {
        Table(
            columns.map(Self.header),
            inShares(of: Table.share, catalogue.entries) { share in
                share.map { entry in columns.map { cell($0, of: entry) ?? "–" } }
            })
    }

    private static func header(_ column: CatalogueQuery.Key) -> String {
        column == .name ? "ADAPTER" : column.rawValue.uppercased().replacing("-", with: " ")
    }

    /// RFC 4180; what an entry lacks is empty.
    func csv(_ catalogue: Catalogue) -> String {
        let rows = [columns.map(\.rawValue)] + catalogue.entries.map { entry in columns.map { cell($0, of: entry) ?? "" } }
        return rows.map { $0.map(Self.quoted).joined(separator: ",") }.joined(separator: "\n")
    }

    private static func quoted(_ cell: String) -> String {
        guard cell.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return cell }
        return "\"\(cell.replacing("\"", with: "\"\""))\""
    }

    private func cell(_ column: CatalogueQuery.Key, of entry: Catalogue.Entry) -> String? {
        let declaration = entry.declaration
        return switch column {
        case .name: declaration.name.text
        case .base: declaration.base.text
        case .owner: declaration.owner
        case .task: declaration.task
        case .metric: declaration.metric.rawValue
        case .horizon: "\(declaration.horizon)"
        case .latest: entry.glance.latest.map { "v\($0)" }
        case .production: entry.glance.production.map { "v\($0)" }
        case .candidate: entry.glance.candidate.map { "v\($0)" }
        case .trained: entry.trained.map { "\($0)" }
        case .error: entry.error.map { Decimals.percent($0.value) }
        case .due: entry.maintenance.map { $0.isDue ? "now" : "\($0.nextDue.date)" }
        case .lastRun: entry.glance.lastRun.map { "\($0.id) \($0.standing)" }
        }
    }
}
