import DataDoctor
import DurableFiles
import Foundation
import StrictJSON

/// Writes a copy of a data file without the rows that something is wrong with, and a list of them beside it.
public struct FixData: Sendable {
    public struct Outcome: Sendable {
        public let cleaning: DataCleaning
        public let check: DataCheck
        public let copy: URL
        public let list: URL

        public var json: JSONValue {
            let counts = DataCleaning.Reason.allCases.compactMap { reason in
                cleaning.counts[reason].map { (reason.rawValue, JSONValue.integer($0)) }
            }
            return [
                "schema": "lora.data-fix/1", "copy": .string(copy.path), "left_out_list": .string(list.path),
                "kept_rows": .integer(cleaning.keptRows), "left_out_rows": .integer(cleaning.leftOut.count),
                "left_out": .object(JSONObject(counts)),
            ]
        }
    }

    private let source: CheckData
    private let reasons: Set<DataCleaning.Reason>

    public init(_ source: CheckData, leavingOut reasons: Set<DataCleaning.Reason>) {
        self.source = source
        self.reasons = reasons
    }

    /// What the list of a copy is called.
    public static func list(beside copy: URL) -> URL {
        copy.deletingLastPathComponent().appending(path: copy.lastPathComponent + ".left-out.jsonl")
    }

    /// - Parameters:
    ///   - replaces: what stands in the place of copy or list gives way, once both are written.
    ///   - checking: asked now and then while nothing is written yet; what it throws ends the work.
    /// - Throws: `DoctorError.exists` when copy or list would replace something; nothing is written then. `DoctorError.isInput`.
    public func run(to copy: URL, replaces: Bool = false, checking: () throws -> Void = {}) throws -> Outcome {
        let list = Self.list(beside: copy)
        for place in [copy, list] where FileManager.default.fileExists(atPath: place.path) {
            guard replaces else { throw DoctorError.exists(path: place.path, mayReplace: true) }
            let stamp = try FileStamp(of: place)
            for input in [source.file, source.heldOut].compactMap(\.self) where try FileStamp(of: input).isSameFile(as: stamp) {
                throw DoctorError.isInput(path: place.path)
            }
        }
        try DurableFile.prepare(copy.deletingLastPathComponent())
        let check = try source.run(checking: checking)
        let cleaning = DataCleaning(check, for: reasons)
        let drafts = (list: Self.draft(of: list), copy: Self.draft(of: copy))
        do {
            try DurableFile.writeNew(drafts.list) { append in
                for start in stride(from: 0, to: cleaning.leftOut.count, by: 4_096) {
                    let rows = cleaning.leftOut[start..<min(cleaning.leftOut.count, start + 4_096)]
                    try append(Data(rows.map { $0.json.text() + "\n" }.joined().utf8))
                }
            }
            try DurableFile.writeNew(drafts.copy) { append in try cleaning.write(source.file, append: append) }
            // the list first: a copy without its list would not say what it lacks
            try put(drafts.list, as: list, replaces)
            do {
                try put(drafts.copy, as: copy, replaces)
            } catch {
                if !replaces { unlink(list.path) }
                throw error
            }
        } catch {
            unlink(drafts.list.path)
            unlink(drafts.copy.path)
            throw error
        }
        return Outcome(cleaning: cleaning, check: check, copy: copy, list: list)
    }

    private static func draft(of file: URL) -> URL {
        file.deletingLastPathComponent().appending(path: DurableFile.draftPrefix + UUID().uuidString)
    }

    private func put(_ draft: URL, as file: URL, _ replaces: Bool) throws {
        guard replaces else { return try DurableFile.publish(file: draft, as: file) }
        try DurableFile.rename(draft, to: file)
        try DurableFile.syncFolder(file.deletingLastPathComponent())
    }
}
