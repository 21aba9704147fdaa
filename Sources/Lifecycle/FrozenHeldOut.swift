import Adapters
import DataDoctor
import Digests
import Foundation
import Registry
import StrictJSON

/// Held-out rows beside which a manifest says what they must be: `data split` and `dataset export` leave one, in the form in which git keeps
/// data sets, so that a split is called by the same name once a version was trained on it.
public enum FrozenHeldOut {
    /// - Throws: `DoctorError.heldOutChanged`, or `DamagedRecord` for a manifest that cannot be read.
    public static func require(_ file: URL) throws {
        guard file.lastPathComponent == DatasetSplit.heldOut.fileName,
            let frozen = try manifest(beside: file)?.heldOut?.split.digest, FileManager.default.fileExists(atPath: file.path)
        else { return }
        let found = try ContentDigest(ofFile: file)
        guard found == frozen else {
            throw DoctorError.heldOutChanged(file: file.path, frozen: short(frozen), found: short(found))
        }
    }

    /// Nil where none lies there.
    private static func manifest(beside file: URL) throws -> DatasetManifest? {
        let manifest = file.deletingLastPathComponent().appending(path: DatasetManifest.fileName)
        guard FileManager.default.fileExists(atPath: manifest.path) else { return nil }
        let json = try JSONValue(contentsOf: manifest)
        // somebody else's file of that name freezes nothing
        guard json["schema"]?.stringValue == DatasetManifest.schema else { return nil }
        return try DatasetManifest(json: json)
    }

    private static func short(_ digest: ContentDigest) -> String { "sha256:\(digest.hex.prefix(8))…" }
}
