import Adapters
import Policies
import Registry
import SharedWork
import StrictJSON
import Versions

/// What the registry holds, at a glance.
public struct Catalogue: Sendable {
    /// One declared adapter with what is known of it.
    public struct Entry: Sendable, Hashable {
        public let declaration: DeclarationSummary
        public let glance: AdapterGlance
        public let state: AdapterState
        private var judged: Judged?
        /// Its versions, oldest first; nil where nobody asked.
        public var versions: [VersionRecord]?

        init(declaration: DeclarationSummary, glance: AdapterGlance, state: AdapterState) {
            (self.declaration, self.glance, self.state) = (declaration, glance, state)
        }

        /// What maintenance says of it; nil where nobody asked.
        public internal(set) var maintenance: RetrainCase? {
            get {
                judged.map { judged in
                    switch judged {
                    case .as(let said): said
                    }
                }
            }
            set { judged = newValue.map { .as($0) } }
        }

        /// Kept apart: within, it would make each of thousands of entries much larger to move, whether or not anybody asked.
        private indirect enum Judged: Hashable {
            case `as`(RetrainCase)
        }
    }

    public let entries: [Entry]
    /// Declarations that cannot be read.
    public let faults: [DeclarationFault]
}

/// How many entries a thread makes at a time.
private let catalogueShare = 2_500

extension Workspace {
    /// - Parameters:
    ///   - shown: what is shown of each entry beside its name.
    ///   - plan: judges the entries as of now, where the query or what is shown asks for that.
    public func catalogue(
        _ query: CatalogueQuery = CatalogueQuery(), showing shown: [CatalogueQuery.Key] = [], plan: () throws -> MaintenancePlan
    ) throws -> Catalogue {
        let ((summaries, faults), (glances, states)) = try together {
            try registry.readableSummaries()
        } and: {
            (try registry.glances(), try registry.states())
        }
        let filter = CatalogueFilter(query)
        var entries = inShares(of: catalogueShare, summaries) { share in
            share.compactMap { summary -> Catalogue.Entry? in
                let state = states[summary.name] ?? .active
                guard query.states.contains(state), filter.wants(summary) else { return nil }
                return Catalogue.Entry(declaration: summary, glance: glances[summary.name] ?? AdapterGlance(), state: state)
            }
        }
        if query.needsPlan || shown.contains(.due) {
            let cases = Dictionary(try plan().cases.map { ($0.facts.adapter, $0) }, uniquingKeysWith: { first, _ in first })
            for index in entries.indices { entries[index].maintenance = cases[entries[index].declaration.name] }
        }
        if shown.contains(where: \.needsVersions) || query.key?.needsVersions == true {
            let versions = try registry.versionsByAdapter()
            for index in entries.indices { entries[index].versions = versions[entries[index].declaration.name] ?? [] }
        }
        return Catalogue(entries: entries, faults: faults).answering(query)
    }

    /// All that is known of the entries of a catalogue.
    public func records(of catalogue: Catalogue) throws -> [AdapterRecord] {
        let (versions, runs) = (try registry.versionsByAdapter(), try registry.lastRuns())
        let aliases = try registry.aliasesByAdapter()
        let declarations = Dictionary(
            try registry.readableDeclarations().declarations.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return catalogue.entries.compactMap { entry in
            let name = entry.declaration.name
            return declarations[name].map {
                AdapterRecord(
                    declaration: $0, versions: versions[name] ?? [], aliases: aliases[name] ?? [:], lastRun: runs[name],
                    state: entry.state, maintenance: entry.maintenance)
            }
        }
    }

    /// All that is known of one adapter.
    public func record(named text: String) throws -> AdapterRecord {
        let declaration = try registry.adapter(named: text)
        return AdapterRecord(
            declaration: declaration, versions: try registry.versions(of: declaration.name),
            aliases: try registry.aliases(of: declaration.name), lastRun: try registry.runs(of: declaration.name).last,
            state: try registry.standing(of: declaration.name).state, maintenance: nil)
    }
}

extension Catalogue {
    /// - Parameter records: of the entries.
    public func json(_ records: [AdapterRecord]) -> JSONValue {
        [
            "schema": "lora.catalogue/1", "adapters": .array(records.map(\.json)),
            "unreadable": .array(faults.map(\.json)),
        ]
    }
}

extension DeclarationFault {
    var json: JSONValue {
        [
            "name": .string(name), "what": .string(explanation.what),
            "place": explanation.place.map { .string($0) } ?? .null,
        ]
    }
}

/// One declared adapter with all that is known of it.
public struct AdapterRecord: Sendable, Hashable {
    public let declaration: AdapterDeclaration
    public let versions: [VersionRecord]
    public let aliases: [AliasName: VersionID]
    public let lastRun: Run?
    public let state: AdapterState
    /// What maintenance says of it; nil where nobody asked.
    public let maintenance: RetrainCase?

    public var json: JSONValue {
        [
            "name": .string(declaration.name.text),
            "task": .string(declaration.task),
            "owner": .string(declaration.owner),
            "base": .string(declaration.base.text),
            "metric": .string(declaration.metric.name.rawValue),
            "horizon": .string("\(declaration.horizon)"),
            "policy": .string(declaration.policy),
            "state": .string(state.rawValue),
            "versions": .array(versions.map(\.json)),
            "aliases": .object(
                JSONObject(aliases.sorted { $0.key < $1.key }.map { ($0.key.text, .string("\($0.value)")) })),
            "last_run": lastRun?.json ?? .null,
            "due": maintenance.map { .bool($0.isDue) } ?? .null,
            "next_due": maintenance.map { .string("\($0.nextDue)") } ?? .null,
        ]
    }
}

extension VersionRecord {
    func json(_ dataset: DatasetStanding, absent: [VersionFault], _ measured: LaterProof?) -> JSONValue {
        var object = json.objectValue ?? JSONObject()
        object["dataset_stored"] = .string(dataset.rawValue)
        object["absent"] = .array(absent.map { .string($0.path) })
        object["measured_since"] = measured?.json ?? .null
        return .object(object)
    }

    public var json: JSONValue {
        [
            "version": .string("\(version)"),
            "commit": .string("\(published.commit)"),
            "tag": .string(version.tag),
            "committed_at": .string("\(published.at)"),
            "aliases": .array(aliases.sorted().map { .string($0.text) }),
            "pruned": .bool(isPruned),
            "lineage": lineage.json,
        ]
    }
}

/// What `show` was asked for.
public enum Shown: Sendable {
    case adapter(AdapterRecord)
    /// With how much of its data set git holds, its large files that are not here, unless they were given up, and what was measured of it
    /// since it came.
    case version(VersionRecord, DatasetStanding, absent: [VersionFault], LaterProof?)

    public var json: JSONValue {
        switch self {
        case .adapter(let record): record.json.report("lora.adapter/1")
        case .version(let record, let dataset, let absent, let measured):
            record.json(dataset, absent: absent, measured).report("lora.version/1")
        }
    }
}

extension Workspace {
    /// A bare name shows the adapter, `name@v3` or `name@alias` the version.
    public func show(_ text: String) throws -> Shown {
        let reference = try VersionReference(text)
        if reference.selector == nil { return .adapter(try record(named: reference.adapter.text)) }
        let record = try version(text)
        let absent = try record.isPruned ? [] : versions.visibleFaults(of: record.version)
        return .version(record, try standing(of: record.lineage), absent: absent, try laterProof(of: record))
    }
}
