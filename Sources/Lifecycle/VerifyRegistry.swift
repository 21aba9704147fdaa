import Adapters
import Faults
import Randomness
import Registry
import StrictJSON
import Versions

/// Reads again what a registry keeps and holds it against its digests: the files of each version and data set, the journals, the index,
/// whatever else lies in the repository, and what is kept beside it.
public struct VerifyRegistry: Sendable {
    /// What was looked at, and what is not as it was written.
    public struct Report: Sendable {
        public let versions: Int
        public let versionsKept: Int
        /// Those of the versions looked at whose weights were given up.
        public let pruned: Int
        public let datasets: Int
        public let datasetsKept: Int
        public let faults: [Fault]
        /// References of the repository that are none of ours: no damage to anything kept, but perhaps the trace of some.
        public let foreign: [String]
    }

    public struct Fault: Sendable, Hashable {
        public let subject: String
        public let explanation: Explanation
    }

    /// Every how many-th version or data set a quick look reads beside the versions that aliases point to and what those were trained
    /// on. Which ones changes from day to day, so that as many days see all.
    static let quickShare: UInt64 = 10

    let workspace: Workspace
    private let isQuick: Bool
    let readsBases: Bool

    /// - Parameter readsBases: whether bases are held against their pins. They lie where they did, and not in what was restored.
    public init(_ workspace: Workspace, isQuick: Bool, readsBases: Bool = true) {
        self.workspace = workspace
        self.isQuick = isQuick
        self.readsBases = readsBases
    }

    /// - Parameters:
    ///   - names: adapters or versions; all adapters when there are none.
    ///   - progress: hears of each version and data set before it is read, and may throw to stop.
    public func run(_ names: [String], now: Timestamp, progress: (String) throws -> Void) throws -> Report {
        let kept = try records(names)
        let chosen = kept.filter { isChosen($0, on: now) }
        var faults = try (names.isEmpty ? indexFaults() + unlistedFaults : []) + branchFaults(of: kept, names.isEmpty)
        for record in chosen {
            try progress("\(record.version)")
            faults += try self.faults(of: record)
        }
        let held = try workspace.versions.datasets()
        let named = Set(chosen.compactMap(\.lineage.dataset?.id))
        let datasetsKept = names.isEmpty ? held : held.filter(Set(kept.compactMap(\.lineage.dataset?.id)).contains)
        let datasets = datasetsKept.filter { !isQuick || named.contains($0) || isItsDay($0, now) }
        for dataset in datasets {
            try progress("\(dataset)")
            faults += try self.faults(of: dataset)
        }
        if names.isEmpty, !isQuick { faults += try fileFaults(progress) }
        return Report(
            versions: chosen.count, versionsKept: kept.count, pruned: chosen.count(where: \.isPruned), datasets: datasets.count,
            datasetsKept: datasetsKept.count, faults: faults,
            foreign: names.isEmpty ? try workspace.versions.foreignReferences() : [])
    }

    /// Of the branches that the versions lie on, or of all that are called as if versions lay there.
    private func branchFaults(of records: [VersionRecord], _ all: Bool) throws -> [Fault] {
        let others = try all ? workspace.versions.adaptersWithBranch() : []
        return try Set(records.map(\.version.adapter) + others).sorted().compactMap { adapter in
            try workspace.versions.branchFault(of: adapter).map {
                Fault(subject: "adapters/\(adapter)", explanation: $0.explanation)
            }
        }
    }

    private func records(_ names: [String]) throws -> [VersionRecord] {
        guard !names.isEmpty else { return try workspace.currentNames().flatMap(workspace.registry.versions) }
        return try names.flatMap { name in
            let reference = try VersionReference(name)
            guard reference.selector == nil else { return [try workspace.version(name)] }
            try workspace.requireKnown(reference.adapter)
            return try workspace.registry.versions(of: reference.adapter)
        }
    }

    private func isChosen(_ record: VersionRecord, on now: Timestamp) -> Bool {
        guard isQuick, record.aliases.isEmpty else { return true }
        return isItsDay(record.version, now)
    }

    private func isItsDay(_ subject: some CustomStringConvertible, _ now: Timestamp) -> Bool {
        let day = UInt64(max(0, now.secondsSinceEpoch) / 86_400)
        return (StableHash.of([], "\(subject)") &+ day).isMultiple(of: Self.quickShare)
    }

    /// What a look finds, or why it could not look. That somebody is at work there says nothing of what he works on.
    func found(_ subject: String, _ look: () throws -> [Fault]) throws -> [Fault] {
        do {
            return try look()
        } catch let error as any Explained where error.explanation.kind == .busy {
            throw error
        } catch {
            return [fault(subject, error)]
        }
    }

    private func faults(of record: VersionRecord) throws -> [Fault] {
        try found("\(record.version)") {
            let faults = try workspace.faults(of: record).map { fault in
                Fault(subject: "\(record.version)", explanation: VersionError.damaged(record.version, fault).explanation)
            }
            return faults + (try lostData(of: record))
        }
    }

    private func faults(of dataset: DatasetID) throws -> [Fault] {
        try found("\(dataset)") {
            try workspace.versions.verify(dataset).map { fault in
                Fault(subject: "\(dataset)", explanation: DatasetError.damaged(dataset, fault).explanation)
            }
        }
    }

    /// A version whose tag names the tag of a data set was released with one; older ones never had any.
    private func lostData(of record: VersionRecord) throws -> [Fault] {
        guard let dataset = record.lineage.dataset?.id else { return [] }
        let trailers = try workspace.versions.message(of: record.version).trailers
        let hadOne = trailers.contains { $0.key == VersionMessage.datasetTagKey }
        guard hadOne, try !workspace.versions.holds(dataset) else { return [] }
        return [Fault(subject: "\(record.version)", explanation: DatasetError.lost(dataset, record.version).explanation)]
    }

    /// Of the index file, of each journal, and of what both say.
    private func indexFaults() throws -> [Fault] {
        do {
            guard try workspace.registry.isSound() else {
                throw RegistryError.corruptDatabase(
                    path: workspace.layout.database.path, message: "a page is not what it should be")
            }
            guard !isQuick, workspace.registry.access == .readWrite else { return [] }
            let differences = try workspace.registry.differencesFromJournals()
            return differences.map { difference in
                Fault(
                    subject: "index",
                    explanation: Explanation(
                        "Its table \(difference.table) is not what the journals lead to: \(counted(difference.onlyOld, "row")) too many, "
                            + "\(counted(difference.onlyNew, "row")) missing.",
                        at: workspace.layout.database.path, next: "`lora registry rebuild` makes it again from git.",
                        kind: .integrity))
            }
        } catch let error as any Explained where [.runtime, .busy].contains(error.explanation.kind) {
            // the machine failed at comparing; that says nothing of the index
            throw error
        } catch {
            return [fault("index", error)]
        }
    }

    /// Versions that git holds and the index cannot list.
    private var unlistedFaults: [Fault] {
        let unlisted =
            workspace.mended.unreadable.map { ($0, "Its lineage, or that of one before it, cannot be read.") }
            + workspace.mended.stranded.map { ($0, "Git holds it, but lacks one before it.") }
        return unlisted.map { version, what in
            Fault(
                subject: "\(version)",
                explanation: Explanation(
                    what, at: workspace.layout.versions.path,
                    next: "Restore versions.git from a copy, or `lora pull` from a repository that has all.", kind: .integrity))
        }
    }

    func fault(_ subject: String, _ error: any Error) -> Fault {
        let told = (error as? any Explained)?.explanation
        return Fault(
            subject: subject,
            explanation: told ?? Explanation("\(error)", next: "Restore versions.git from a copy.", kind: .integrity))
    }
}

extension VerifyRegistry.Report {
    public var json: JSONValue {
        [
            "versions": .integer(versions), "versions_kept": .integer(versionsKept), "pruned": .integer(pruned),
            "datasets": .integer(datasets), "datasets_kept": .integer(datasetsKept),
            "faults": .array(faults.map(\.json)), "foreign_references": .array(foreign.map { .string($0) }),
        ]
    }
}

extension VerifyRegistry.Fault {
    fileprivate var json: JSONValue {
        [
            "subject": .string(subject), "what": .string(explanation.what),
            "place": explanation.place.map { .string($0) } ?? .null, "next": .string(explanation.next),
        ]
    }
}
