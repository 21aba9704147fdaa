import Adapters
import Registry
import StrictJSON
import Versions

/// How much of a data set git holds.
public enum DatasetStanding: String, Sendable, Hashable {
    case rows
    /// Manifest and report, as the declaration asks.
    case digests
    /// Something that is not what was stored.
    case damaged
    /// Nothing: the versions that name it are older than stored data sets.
    case absent = "not_stored"
    /// Nobody knows what an adopted version was trained on.
    case unknown
}

/// The data sets that git holds or a version names.
public struct DatasetCatalogue: Sendable {
    /// By name.
    public let entries: [DatasetEntry]
    /// Those that cannot be read.
    public let faults: [DatasetError]

    public var json: JSONValue {
        [
            "schema": "lora.datasets/1", "datasets": .array(entries.map(\.json)),
            "unreadable": .array(faults.map { .string($0.explanation.what) }),
        ]
    }
}

/// A data set with what uses it.
public struct DatasetEntry: Sendable, Hashable {
    public let version: DatasetVersion
    /// Nil when git does not hold it, or cannot read it.
    public let stored: StoredDataset?
    public let standing: DatasetStanding
    /// The versions that were trained on it.
    public let users: [VersionID]

    public var id: DatasetID { version.id }

    fileprivate init(_ stored: StoredDataset, users: [VersionID]) {
        version = stored.manifest.version
        self.stored = stored
        standing = stored.manifest.keepsRows ? .rows : .digests
        self.users = users
    }

    fileprivate init(_ version: DatasetVersion, _ standing: DatasetStanding, users: [VersionID]) {
        self.version = version
        stored = nil
        self.standing = standing
        self.users = users
    }

    /// With manifest and report.
    public var fullJSON: JSONValue {
        var object = json.report("lora.dataset-entry/1").objectValue ?? JSONObject()
        object["manifest"] = stored?.manifest.json ?? .null
        object["report"] = stored?.report ?? .null
        return .object(object)
    }

    public var json: JSONValue {
        var object = version.json.objectValue ?? JSONObject()
        object["stored"] = .string(standing.rawValue)
        object["tag"] = stored == nil ? .null : .string(id.tag)
        object["commit"] = stored.map { .string("\($0.commit)") } ?? .null
        object["stored_at"] = stored.map { .string("\($0.at)") } ?? .null
        object["bytes"] = stored.map { .integer($0.manifest.bytes) } ?? .null
        object["used_by"] = .array(users.map { .string("\($0)") })
        return .object(object)
    }
}

extension Workspace {
    public func datasets() throws -> DatasetCatalogue {
        let users = try datasetUsers()
        var (entries, faults): ([DatasetID: DatasetEntry], [DatasetError]) = ([:], [])
        for (id, user) in users { entries[id] = DatasetEntry(user.dataset, .absent, users: user.versions) }
        for id in try versions.datasets() {
            do {
                guard let stored = try versions.dataset(id) else { continue }
                entries[id] = DatasetEntry(stored, users: users[id]?.versions ?? [])
            } catch let error as DatasetError {
                faults.append(error)
                entries[id] = users[id].map { DatasetEntry($0.dataset, .damaged, users: $0.versions) }
            }
        }
        return DatasetCatalogue(entries: entries.values.sorted { $0.id < $1.id }, faults: faults)
    }

    /// - Parameter text: the first digits of a data set, `ds-1a2b3c4d`, or a version, which means what it was trained on.
    public func datasetEntry(_ text: String) throws -> DatasetEntry {
        let users = try datasetUsers()
        let dataset = try dataset(text, among: users.values.map(\.dataset.id))
        let versions = users[dataset]?.versions ?? []
        if let stored = try self.versions.dataset(dataset) { return DatasetEntry(stored, users: versions) }
        guard let version = users[dataset]?.dataset else { throw DatasetError.notStored(dataset) }
        return DatasetEntry(version, .absent, users: versions)
    }

    /// How much git holds of what a version was trained on.
    func standing(of lineage: Lineage) throws -> DatasetStanding {
        guard let dataset = lineage.dataset else { return .unknown }
        do {
            return try versions.dataset(dataset.id).map { DatasetEntry($0, users: []).standing } ?? .absent
        } catch is DatasetError {
            return .damaged
        }
    }

    private func dataset(_ text: String, among named: [DatasetID]) throws -> DatasetID {
        guard let abbreviation = DatasetAbbreviation(text) else {
            let record = try version(text)
            guard let dataset = record.lineage.dataset else { throw DatasetError.unknownOrigin(record.version) }
            return dataset.id
        }
        let meant = Set(try versions.datasets() + named).filter(abbreviation.means).sorted()
        guard let dataset = meant.first else { throw DatasetError.unknown(abbreviation) }
        guard meant.count == 1 else { throw DatasetError.ambiguous(abbreviation, meant) }
        return dataset
    }

    private func datasetUsers() throws -> [DatasetID: (dataset: DatasetVersion, versions: [VersionID])] {
        var users: [DatasetID: (dataset: DatasetVersion, versions: [VersionID])] = [:]
        for record in try registry.recordedAdapters().flatMap(registry.versions) {
            guard let dataset = record.lineage.dataset else { continue }
            users[dataset.id, default: (dataset, [])].versions.append(record.version)
        }
        return users
    }
}
