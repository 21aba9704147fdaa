import Adapters
import Archives
import Digests
import DurableFiles
import Foundation
import Registry
import StrictJSON

/// Reads a backup, and lays the registry in it into a new folder, which appears whole and verified or not at all.
public struct RestoreRegistry {
    public struct Outcome: Sendable {
        public let manifest: BackupManifest
        public let verified: VerifyRegistry.Report
        /// Pinned bases that do not lie where the restored registry looks for them.
        public let missingBases: [BaseName]
    }

    private let file: URL

    public init(from file: URL) { self.file = file }

    /// Reads every byte and writes nothing.
    public func examine(progress: (String) throws -> Void) throws -> BackupManifest {
        try BackupReader(file).read(progress: progress) { _, _ in }
    }

    /// Unpacks the backup, makes the index from git and verifies everything, beside the folder; then the folder gets its name.
    ///
    /// What was damaged or gone when the backup was made does not keep the rest from being restored; the report names it.
    ///
    /// - Throws: `BackupError`; there is no folder then.
    public func run(into folder: URL, on occasion: Occasion, progress: (String) throws -> Void) throws -> Outcome {
        guard Self.isFree(folder) else { throw BackupError.targetNotEmpty(path: folder.path) }
        let home = RegistryLayout(root: folder.appending(path: BackupPlan.registry))
        return try DurableFile.publishing(folder) { draft in
            let manifest = try BackupReader(file).read(progress: progress) { entry, pieces in
                let place = draft.appending(path: entry.path)
                switch entry.kind {
                case .folder: try DurableFile.makeFolder(place, permissions: mode_t(entry.mode) | 0o700)
                case .file:
                    try DurableFile.makeFolder(place.deletingLastPathComponent())
                    try FileBytes.write(place, permissions: mode_t(entry.mode) | 0o600, pieces: pieces)
                }
            }
            let layout = RegistryLayout(root: draft.appending(path: BackupPlan.registry))
            let location = RegistryLocation(layout: layout, origin: .option)
            _ = try RebuildIndex(location).run(on: occasion)
            let workspace = try Workspace.open(location, on: occasion, isThorough: true)
            let report = try VerifyRegistry(workspace, isQuick: false, readsBases: false)
                .run([], now: occasion.at, progress: progress)
            let missing = try workspace.registry.bases().filter { base in
                let inDraft = layout.resolve(base.folder)
                return access(inDraft.path, F_OK) != 0 && access(home.resolve(base.folder).path, F_OK) != 0
            }
            return Outcome(manifest: manifest, verified: report, missingBases: missing.map(\.name))
        }
    }

    private static func isFree(_ folder: URL) -> Bool {
        var status = stat()
        guard lstat(folder.path, &status) == 0 else { return errno == ENOENT }
        // renaming a folder to it works for an empty one alone
        return status.st_mode & S_IFMT == S_IFDIR
            && FileManager.default.enumerator(atPath: folder.path).map { $0.nextObject() == nil } ?? false
    }
}

/// Reads the entries of a backup and holds them against the list at its end.
struct BackupReader {
    private let file: URL

    init(_ file: URL) { self.file = file }

    /// - Parameter body: is given each entry but the backup's own two, with what yields its pieces; it may leave them unread.
    /// - Throws: `BackupError`.
    func read(
        progress: (String) throws -> Void,
        _ body: (TarEntry, _ pieces: () throws -> Data?) throws -> Void
    ) throws -> BackupManifest {
        do {
            return try entries(progress, body)
        } catch let error as TarError {
            throw BackupError.notReadable(error, path: file.path)
        }
    }

    private func entries(
        _ progress: (String) throws -> Void, _ body: (TarEntry, _ pieces: () throws -> Data?) throws -> Void
    ) throws -> BackupManifest {
        var reader = try TarReader(file)
        var (digests, manifest, sums): ([String: ContentDigest], Data?, Data?) = ([:], nil, nil)
        var paths: Set<String> = []
        while let entry = try reader.next() {
            guard sums == nil else { throw BackupError.badEntry(entry.path, path: file.path) }
            guard paths.insert(entry.path).inserted else { throw BackupError.twice(entry.path, path: file.path) }
            try progress(entry.path)
            switch entry.path {
            case BackupManifest.fileName, BackupArchive.sums:
                let data = try whole(entry, &reader)
                if entry.path == BackupArchive.sums { sums = data } else { manifest = data }
                if entry.path == BackupManifest.fileName { digests[entry.path] = ContentDigest(of: data) }
            default:
                guard Self.belongs(entry.path) else { throw BackupError.badEntry(entry.path, path: file.path) }
                var hash = ContentDigest.Hash()
                func piece() throws -> Data? {
                    let piece = try reader.read()
                    piece?.withUnsafeBytes { hash.update($0) }
                    return piece
                }
                try body(entry, piece)
                while try piece() != nil {}
                if entry.kind == .file { digests[entry.path] = hash.finish() }
            }
        }
        try check(digests, against: sums)
        guard let manifest else { throw BackupError.notABackup(path: file.path, missing: BackupManifest.fileName) }
        return try BackupManifest(json: JSONValue(parsing: manifest))
    }

    private static func belongs(_ path: String) -> Bool {
        [BackupPlan.registry, BackupPlan.policies].contains { path == $0 || path.hasPrefix("\($0)/") }
    }

    /// Lists are held in memory; a longer one is none of ours.
    private static let listLimit = 1 << 28

    private func whole(_ entry: TarEntry, _ reader: inout TarReader) throws -> Data {
        guard entry.kind == .file, entry.size <= Self.listLimit else { throw BackupError.badEntry(entry.path, path: file.path) }
        var data = Data()
        while let piece = try reader.read() { data.append(piece) }
        return data
    }

    private func check(_ digests: [String: ContentDigest], against sums: Data?) throws {
        guard let sums else { throw BackupError.notABackup(path: file.path, missing: BackupArchive.sums) }
        var missing = digests
        for line in String(decoding: sums, as: UTF8.self).split(separator: "\n") {
            let path = String(line.dropFirst(66))
            guard let digest = ContentDigest(String(line.prefix(64))), missing.removeValue(forKey: path) == digest else {
                throw BackupError.badEntry(path, path: file.path)
            }
        }
        if let unlisted = missing.keys.min() { throw BackupError.badEntry(unlisted, path: file.path) }
    }
}
