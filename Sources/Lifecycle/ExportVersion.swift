import Adapters
import Digests
import DurableFiles
import Export
import Foundation
import Llama
import StrictJSON
import Versions

/// A released version, written out as a folder of one's own.
public struct ExportedVersion: Sendable, Hashable {
    public let version: VersionID
    public let commit: CommitID
    public let folder: URL
    public let layout: AdapterLayout
    /// Modules whose numbers another layout changed, and by what factor; empty for PEFT's.
    public let folded: [MLXFolder.Folded]

    public var json: JSONValue {
        [
            "schema": "lora.export/1", "version": .string("\(version)"), "commit": .string("\(commit)"),
            "folder": .string(folder.path), "layout": .string(layout.rawValue),
            "folded": .array(folded.map { ["module": .string($0.module), "factor": .number($0.factor)] }),
        ]
    }
}

extension Workspace {
    /// Writes a version into a folder that appears whole or not at all, large files included.
    ///
    /// - Parameter text: `name`, `name@v3` or `name@alias`; a bare name means production, else the latest version.
    /// - Parameter layout: PEFT's is the version as it was released; mlx-lm's is its weights alone, turned.
    /// - Throws: `VersionError.folderExists` when something stands there already; `MLXFolderError`.
    public func export(_ text: String, to folder: URL, as layout: AdapterLayout = .peft) throws -> ExportedVersion {
        let record = try version(text)
        let folded: [MLXFolder.Folded]
        switch layout {
        case .peft:
            try checkOut(record.version, to: folder)
            folded = []
        case .mlx: folded = try exportMLX(record, to: folder)
        }
        return ExportedVersion(
            version: record.version, commit: record.published.commit, folder: folder, layout: layout, folded: folded)
    }

    private func exportMLX(_ record: VersionRecord, to folder: URL) throws -> [MLXFolder.Folded] {
        let base = try registry.base(named: record.lineage.base.name.text)
        let model = try ModelConfiguration(folder: layout.resolve(base.folder))
        let released = try VersionCache(of: self).folder(of: record.published)
        let converted = try MLXFolder(converting: released, for: model)
        try VersionStore.publishing(folder) { draft in
            try converted.write(to: draft)
            _ = try FileBytes.copy(released.appending(path: Lineage.fileName), to: draft.appending(path: Lineage.fileName))
            try DigestList.write(in: draft)
        }
        return converted.folded
    }
}
