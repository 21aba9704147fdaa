import Adapters
import Digests
import Foundation
import StrictJSON
import Versions

/// Which rows two data sets have in common. Rows are the same when they are the same JSON, whatever the order of keys and the blanks
/// between them; a row that stands there twice counts twice.
public struct DatasetComparison: Sendable, Hashable {
    /// What became of one split's rows.
    public struct Change: Sendable, Hashable {
        public let split: DatasetSplit
        /// Lines of the second data set.
        public let added: [Int]
        /// Lines of the first.
        public let removed: [Int]
        public let common: Int
    }

    public let first: DatasetVersion
    public let second: DatasetVersion
    public let changes: [Change]

    public var json: JSONValue {
        [
            "schema": "lora.dataset-diff/1", "first": first.json, "second": second.json,
            "splits": .object(JSONObject(changes.map { ($0.split.rawValue, $0.json) })),
        ]
    }
}

extension DatasetComparison.Change {
    init(_ split: DatasetSplit, _ first: Data, _ second: Data) throws {
        let (old, new) = (try Self.lines(of: first), try Self.lines(of: second))
        self.split = split
        added = new.flatMap { row, lines in lines.dropFirst(old[row]?.count ?? 0) }.sorted()
        removed = old.flatMap { row, lines in lines.dropFirst(new[row]?.count ?? 0) }.sorted()
        common = old.reduce(0) { sum, row in sum + min(row.value.count, new[row.key]?.count ?? 0) }
    }

    /// The lines on which each row stands.
    private static func lines(of data: Data) throws -> [ContentDigest: [Int]] {
        let body = data.starts(with: [0xEF, 0xBB, 0xBF]) ? data.dropFirst(3) : data
        var lines: [ContentDigest: [Int]] = [:]
        for (index, line) in body.split(separator: 0x0A, omittingEmptySubsequences: false).enumerated() {
            guard line.contains(where: { ![0x20, 0x09, 0x0D].contains($0) }) else { continue }
            let row = try JSONValue(parsing: line).data(JSONLayout(indent: nil, sortsKeys: true))
            lines[ContentDigest(of: row), default: []].append(index + 1)
        }
        return lines
    }

    var json: JSONValue {
        [
            "added": .integer(added.count), "removed": .integer(removed.count), "in_common": .integer(common),
            "added_lines": .array(added.map { .integer($0) }), "removed_lines": .array(removed.map { .integer($0) }),
        ]
    }
}

extension Workspace {
    /// - Throws: `DatasetError.notStored` or `.rowsNotKept` when one of the two cannot be looked at.
    public func comparison(of text: String, with other: String) throws -> DatasetComparison {
        try comparison(of: datasetEntry(text).version, with: datasetEntry(other).version)
    }

    func comparison(of first: DatasetVersion, with second: DatasetVersion) throws -> DatasetComparison {
        let changes = try DatasetSplit.allCases.map { split in
            try DatasetComparison.Change(
                split, versions.contents(of: split, in: first.id), versions.contents(of: split, in: second.id))
        }
        return DatasetComparison(first: first, second: second, changes: changes)
    }

    /// Writes the files of a stored data set into a folder that appears whole or not at all.
    public func exportDataset(_ text: String, to folder: URL) throws -> ExportedDataset {
        let dataset = try datasetEntry(text).id
        try versions.checkOut(dataset, to: folder)
        return ExportedDataset(dataset: dataset, folder: folder)
    }
}

/// A stored data set, written out.
public struct ExportedDataset: Sendable, Hashable {
    public let dataset: DatasetID
    public let folder: URL

    public var json: JSONValue {
        [
            "schema": "lora.dataset-export/1", "dataset": .string("\(dataset)"), "digest": .string("\(dataset.digest)"),
            "folder": .string(folder.path),
        ]
    }
}
