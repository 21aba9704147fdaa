import Adapters
import DataDoctor
import DurableFiles
import Foundation
import Registry
import StrictJSON

/// Parts a file of rows into a folder of two, and freezes both by their digests.
public struct SplitData: Sendable {
    public struct Outcome: Sendable {
        public let splitting: DataSplitting
        public let manifest: DatasetManifest
        public let folder: URL
        public let request: DataSplitting.Request

        public var json: JSONValue {
            [
                "schema": "lora.data-split/1", "folder": .string(folder.path), "dataset": .string("\(manifest.id)"),
                "train": .object(manifest.train.members), "held_out": manifest.heldOut.map { .object($0.members) } ?? .null,
                "wanted": .integer(splitting.wanted), "units": .integer(splitting.units), "strata": .integer(splitting.strata),
                "seed": .integer(Int(truncatingIfNeeded: request.seed)),
                "stratify": request.stratum.map { .string($0) } ?? .null, "group": request.group.map { .string($0) } ?? .null,
            ]
        }
    }

    public static let settingsFile = "split.json"

    public let file: URL
    public let request: DataSplitting.Request

    public init(file: URL, request: DataSplitting.Request) {
        self.file = file
        self.request = request
    }

    /// Writes `train.jsonl`, `held_out.jsonl`, the manifest and how the split was made: all of it or nothing.
    ///
    /// - Throws: `DoctorError.exists` when something stands in the folder's place.
    public func run(into folder: URL) throws -> Outcome {
        guard !FileManager.default.fileExists(atPath: folder.path) else { throw DoctorError.exists(path: folder.path) }
        let splitting = try DataSplitting(file, request)
        let manifest = try DurableFile.publishing(folder) { draft in
            try write(splitting, heldOut: false, to: draft.appending(path: DatasetSplit.train.fileName))
            try write(splitting, heldOut: true, to: draft.appending(path: DatasetSplit.heldOut.fileName))
            let manifest = DatasetManifest(
                train: try Self.part(.train, in: draft), heldOut: try Self.part(.heldOut, in: draft), keepsRows: true)
            try FileBytes.write(draft.appending(path: DatasetManifest.fileName), manifest.data)
            try FileBytes.write(draft.appending(path: Self.settingsFile), settings(splitting).data(.pretty))
            return manifest
        }
        return Outcome(splitting: splitting, manifest: manifest, folder: folder, request: request)
    }

    private func write(_ splitting: DataSplitting, heldOut: Bool, to part: URL) throws {
        try DurableFile.writeNew(part) { append in try splitting.write(heldOut: heldOut, of: file, append: append) }
    }

    private static func part(_ split: DatasetSplit, in folder: URL) throws -> DatasetManifest.Part {
        let file = folder.appending(path: split.fileName)
        let size = try FileStamp(of: file).size
        return DatasetManifest.Part(split: try DatasetVersion.Split(of: file), bytes: size, source: split.fileName)
    }

    /// What the split depends on, without paths or times: the same rows and settings give the same bytes everywhere.
    private func settings(_ splitting: DataSplitting) throws -> JSONValue {
        let source = try DatasetVersion.Split(of: file)
        return [
            "schema": "lora.data-split-settings/1", "source_digest": .string("\(source.digest)"),
            "rows": .integer(source.rows), "wanted": .integer(splitting.wanted), "held_out": .integer(splitting.heldOutRows),
            "seed": .string("\(request.seed)"), "stratify": request.stratum.map { .string($0) } ?? .null,
            "group": request.group.map { .string($0) } ?? .null,
        ]
    }
}

extension FileBytes {
    fileprivate static func write(_ file: URL, _ data: Data) throws {
        var rest: Data? = data
        try write(file) {
            defer { rest = nil }
            return rest
        }
    }
}

extension DatasetManifest.Part {
    fileprivate var members: JSONObject {
        JSONObject([
            ("rows", .integer(split.rows)), ("bytes", .integer(bytes)), ("digest", .string("\(split.digest)")),
        ])
    }
}
