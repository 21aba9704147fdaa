import Foundation
import StrictJSON

/// What a backup says of itself, its first entry, `backup.json`.
public struct BackupManifest: Sendable, Hashable {
    public static let fileName = "backup.json"
    public static let schema = "lora.backup/1"

    /// Something that a backup does not hold, and why.
    public struct Omission: Sendable, Hashable {
        public let path: String
        public let reason: String

        public init(path: String, reason: String) {
            self.path = path
            self.reason = reason
        }
    }

    public let madeAt: Timestamp
    /// Of the program that made it.
    public let program: String
    public let adapters: Int
    public let versions: Int
    public let datasets: Int
    public let largeFiles: Int
    /// Left out because it is not the registry's, or can be made again.
    public let leftOut: [Omission]
    /// What should be there and was damaged or gone when the backup was made.
    public let lost: [Omission]

    public init(
        madeAt: Timestamp, program: String, adapters: Int, versions: Int, datasets: Int, largeFiles: Int, leftOut: [Omission],
        lost: [Omission]
    ) {
        (self.madeAt, self.program) = (madeAt, program)
        (self.adapters, self.versions, self.datasets, self.largeFiles) = (adapters, versions, datasets, largeFiles)
        (self.leftOut, self.lost) = (leftOut, lost)
    }
}

extension BackupManifest {
    public var json: JSONValue {
        [
            "schema": .string(Self.schema), "made_at": .string("\(madeAt)"), "program": .string(program),
            "adapters": .integer(adapters), "versions": .integer(versions), "datasets": .integer(datasets),
            "large_files": .integer(largeFiles), "left_out": .array(leftOut.map(\.json)), "lost": .array(lost.map(\.json)),
        ]
    }

    /// The bytes of `backup.json`.
    public var data: Data { Data((json.text(.pretty) + "\n").utf8) }

    public init(json: JSONValue) throws(DamagedRecord) {
        do {
            try self.init(RecordReader(json))
        } catch {
            throw DamagedRecord(key: error.key, wanted: error.wanted, source: .backup)
        }
    }

    private init(_ reader: RecordReader) throws(DamagedRecord) {
        guard try reader.text("schema") == Self.schema else { throw reader.fault("schema", wanted: "'\(Self.schema)'") }
        madeAt = try reader.timestamp("made_at")
        program = try reader.text("program")
        adapters = try reader.count("adapters")
        versions = try reader.count("versions")
        datasets = try reader.count("datasets")
        largeFiles = try reader.count("large_files")
        leftOut = try reader.list("left_out") { (item) throws(DamagedRecord) in try Omission(item) }
        lost = try reader.list("lost") { (item) throws(DamagedRecord) in try Omission(item) }
    }
}

extension BackupManifest.Omission {
    fileprivate var json: JSONValue { ["path": .string(path), "reason": .string(reason)] }

    fileprivate init(_ reader: RecordReader) throws(DamagedRecord) {
        self.init(path: try reader.text("path"), reason: try reader.text("reason"))
    }
}
