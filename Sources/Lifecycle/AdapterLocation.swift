import Adapters
import Digests
import Faults
import Foundation
import Llama
import Registry

/// An adapter as somebody named it: a PEFT folder, or a released version such as `ticket-router@v2`.
public struct AdapterLocation: Sendable, Hashable {
    public let folder: URL
    /// The version, when one was named.
    public let version: VersionID?

    /// - Parameter folder: what `name` is as a path; taken when it is a folder.
    /// - Parameter workspace: opens the registry, asked only when `name` is no folder.
    /// - Throws: `AdapterLocationError`, or why the registry does not know the version.
    public init(named name: String, folder: URL, in workspace: () throws -> Workspace) throws {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: folder.path, isDirectory: &isFolder), isFolder.boolValue {
            guard FileManager.default.fileExists(atPath: folder.appending(path: PEFTFolder.configurationFile).path) else {
                throw AdapterLocationError.noAdapter(path: folder.path)
            }
            try Self.requireWhole(folder)
            self.init(folder: folder, version: nil)
            return
        }
        guard Self.canNameVersion(name), let workspace = try Workspace.ifPresent(workspace) else {
            throw AdapterLocationError.neither(name)
        }
        let record = try workspace.version(name)
        self.init(folder: try VersionCache(of: workspace).folder(of: record.published), version: record.version)
    }

    private init(folder: URL, version: VersionID?) {
        self.folder = folder
        self.version = version
    }

    /// Of a folder that lists the digests of its files, every one is held against its own.
    ///
    /// - Throws: `AdapterLocationError.changed`.
    static func requireWhole(_ folder: URL) throws {
        guard let changed = try DigestList.changes(in: folder)?.first else { return }
        throw AdapterLocationError.changed(changed, folder: folder.path)
    }

    private static func canNameVersion(_ name: String) -> Bool {
        do throws(NameError) {
            _ = try VersionReference(name)
            return true
        } catch {
            return false
        }
    }
}

/// Why a name leads to no adapter.
public enum AdapterLocationError: Error, Hashable, Explained {
    case neither(String)
    case noAdapter(path: String)
    /// The registry can only be read, and nobody who may write there has used the version yet.
    case notCheckedOut(VersionID, registry: String)
    /// A file is not what the folder's list of digests says.
    case changed(String, folder: String)

    public var explanation: Explanation {
        switch self {
        case .neither(let name):
            Explanation(
                "'\(name)' is neither a PEFT folder nor a version of the registry.",
                next: "Give the path of a folder that `lora train` left, or a version that `lora list` shows.", kind: .usage)
        case .noAdapter(let path):
            Explanation(
                "The folder holds no adapter: it has no \(PEFTFolder.configurationFile).", at: path,
                next: "Name a folder in PEFT form, such as `lora train` or `lora export` leaves.", kind: .usage)
        case .notCheckedOut(let version, let registry):
            Explanation(
                "The registry can only be read here, and \(version) would have to be checked out in it.", at: registry,
                next: "`lora export \(version) DIR` writes it where you may; then name that folder.")
        case .changed(let file, let folder):
            Explanation(
                "\(file) is not what \(DigestList.fileName) says: the folder was damaged, or somebody edited it.", at: folder,
                next: "Export the version again; where the change was meant, remove \(DigestList.fileName).", kind: .integrity)
        }
    }
}
