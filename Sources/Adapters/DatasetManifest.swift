import DurableFiles
import Foundation
import StrictJSON

/// The files that a data set is made of.
public enum DatasetSplit: String, Sendable, Hashable, CaseIterable {
    case train
    case heldOut = "held_out"

    /// Its name in git and where it is exported.
    public var fileName: String { "\(rawValue).jsonl" }
}

/// What is known of a stored data set without its rows, `dataset.json`.
public struct DatasetManifest: Sendable, Hashable {
    public static let fileName = "dataset.json"
    public static let reportFile = "report.json"
    public static let schema = "lora.dataset/1"

    public struct Part: Sendable, Hashable {
        public let split: DatasetVersion.Split
        public let bytes: Int
        /// The file that was read: relative to the registry when it lies there.
        public let source: String

        public init(split: DatasetVersion.Split, bytes: Int, source: String) {
            self.split = split
            self.bytes = bytes
            self.source = source
        }
    }

    public let train: Part
    public let heldOut: Part?
    /// Whether the files lie beside the manifest; if not, only their digests are known.
    public let keepsRows: Bool

    public init(train: Part, heldOut: Part?, keepsRows: Bool) {
        self.train = train
        self.heldOut = heldOut
        self.keepsRows = keepsRows
    }

    public var version: DatasetVersion { DatasetVersion(train: train.split, heldOut: heldOut?.split) }
    public var id: DatasetID { version.id }

    public var parts: [(name: DatasetSplit, part: Part)] {
        [(.train, train)] + (heldOut.map { [(.heldOut, $0)] } ?? [])
    }

    /// Over all parts.
    public var bytes: Int { parts.reduce(0) { $0 + $1.part.bytes } }
}

extension DatasetManifest {
    public var json: JSONValue {
        [
            "schema": .string(Self.schema), "id": .string("\(id)"), "digest": .string("\(id.digest)"),
            "rows": .integer(parts.reduce(0) { $0 + $1.part.split.rows }), "bytes": .integer(bytes),
            "rows_kept": .bool(keepsRows),
            "splits": .object(JSONObject(parts.map { ($0.name.rawValue, $0.part.json) })),
        ]
    }

    /// The bytes of `dataset.json`.
    public var data: Data { Data((json.text(.pretty) + "\n").utf8) }

    public init(json: JSONValue) throws(DamagedRecord) {
        do {
            try self.init(RecordReader(json))
        } catch {
            throw DamagedRecord(key: error.key, wanted: error.wanted, source: .dataset)
        }
    }

    private init(_ reader: RecordReader) throws(DamagedRecord) {
        guard try reader.text("schema") == Self.schema else { throw reader.fault("schema", wanted: "'\(Self.schema)'") }
        let splits = try reader.object("splits")
        train = try Part(splits.object(DatasetSplit.train.rawValue))
        heldOut = try splits.optionalObject(DatasetSplit.heldOut.rawValue)
            .map { (part) throws(DamagedRecord) in try Part(part) }
        guard let keepsRows = try reader.value("rows_kept").boolValue else {
            throw reader.fault("rows_kept", wanted: "true or false")
        }
        self.keepsRows = keepsRows
        let recorded = try reader.digest("digest")
        guard recorded == id.digest else { throw reader.fault("digest", wanted: "the digest of the splits, \(id.digest)") }
    }
}

extension DatasetManifest.Part {
    fileprivate var json: JSONValue {
        [
            "digest": .string("\(split.digest)"), "rows": .integer(split.rows), "bytes": .integer(bytes),
            "source": .string(source),
        ]
    }

    fileprivate init(_ reader: RecordReader) throws(DamagedRecord) {
        self.init(
            split: try DatasetVersion.Split(reader), bytes: try reader.count("bytes"), source: try reader.text("source"))
    }
}
