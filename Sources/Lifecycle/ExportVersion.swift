import Adapters
import Foundation
import StrictJSON
import Versions

/// A released version, written out as a PEFT folder of one's own.
public struct ExportedVersion: Sendable, Hashable {
    public let version: VersionID
    public let commit: CommitID
    public let folder: URL

    public var json: JSONValue {
        [
            "schema": "lora.export/1", "version": .string("\(version)"), "commit": .string("\(commit)"),
            "folder": .string(folder.path),
        ]
    }
}

extension Workspace {
    /// Writes a version into a folder that appears whole or not at all, large files included.
    ///
    /// - Parameter text: `name`, `name@v3` or `name@alias`; a bare name means production, else the latest version.
    /// - Throws: `VersionError.folderExists` when something stands there already.
    public func export(_ text: String, to folder: URL) throws -> ExportedVersion {
        let record = try version(text)
        try checkOut(record.version, to: folder)
        return ExportedVersion(version: record.version, commit: record.published.commit, folder: folder)
    }
}
