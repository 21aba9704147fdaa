import Adapters
import Digests
import DurableFiles
import Foundation
import Registry
import Versions

/// Which files a backup is made of, and what is not in it.
struct BackupPlan {
    struct File {
        /// Within the archive.
        let path: String
        let place: URL
        /// What a Git LFS file must be.
        var known: (size: Int, digest: ContentDigest)?
    }

    static let registry = "registry"
    static let policies = "policies"
    static let versions = "registry/.state/versions.git"

    private(set) var folders: [String] = []
    private(set) var files: [File] = []
    private(set) var largeFiles = 0
    private(set) var leftOut: [BackupManifest.Omission] = []
    private(set) var lost: [BackupManifest.Omission] = []

    /// The version repository: what was copied of it, and its large files. One that is damaged or gone is told as lost; one that was
    /// given up is no loss.
    ///
    /// - Parameter needed: the large files that nobody had given up at the moment of the snapshot.
    mutating func add(
        _ snapshot: RepositorySnapshot, needing needed: Set<ContentDigest>, copiedTo copy: URL, of store: VersionStore
    ) throws {
        folders += [Self.registry, "\(Self.registry)/.state"]
        try add(copy, as: Self.versions)
        for file in try store.largeFiles(of: snapshot) {
            switch try Self.problem(of: file) {
            case nil:
                largeFiles += 1
                files.append(File(path: "\(Self.versions)/\(file.path)", place: file.file, known: (file.size, file.digest)))
            case .gone where !needed.contains(file.digest): continue
            case let problem?: lost.append(.init(path: "\(Self.versions)/\(file.path)", reason: problem.rawValue))
            }
        }
    }

    private enum Problem: String {
        case gone = "it is not there"
        case damaged = "it is not what was committed"
    }

    private static func problem(of file: RepositorySnapshot.LargeFile) throws -> Problem? {
        guard access(file.file.path, F_OK) == 0 else { return .gone }
        return try ContentDigest(ofFile: file.file) == file.digest ? nil : .damaged
    }

    /// All that people put into a registry folder.
    mutating func add(_ layout: RegistryLayout, without bases: [URL]) throws {
        try add(layout.root, as: Self.registry) { place in
            if place.path == layout.state.path { return "" }
            return bases.contains { $0.path == place.path } ? "a pinned base; --with-bases takes it along" : nil
        }
        leftOut.append(
            .init(
                path: "\(Self.registry)/.state",
                reason: "all but versions.git; the index is made again, and staging and caches are not kept"))
    }

    /// The policies that judge this registry's adapters.
    mutating func addPolicies(beside layout: RegistryLayout) throws {
        let folder = layout.root.deletingLastPathComponent().appending(path: Self.policies)
        guard access(folder.path, F_OK) == 0 else { return }
        try add(folder, as: Self.policies)
    }

    /// - Parameter omission: why something stays out; an empty reason needs no telling.
    private mutating func add(_ folder: URL, as path: String, omitting omission: (URL) -> String? = { _ in nil }) throws {
        if !folders.contains(path) { folders.append(path) }
        for entry in try OpenFolder(folder).entries().sorted(by: { $0.name < $1.name }) {
            let (place, name) = (folder.appending(path: entry.name), "\(path)/\(entry.name)")
            if let reason = omission(place) {
                if !reason.isEmpty { leftOut.append(.init(path: name, reason: reason)) }
            } else if entry.name.hasPrefix(DurableFile.draftPrefix) {
                continue
            } else if entry.name.unicodeScalars.contains(where: { $0.value < 0x20 || "\\\u{fffd}".unicodeScalars.contains($0) }) {
                leftOut.append(
                    .init(path: name, reason: "its name has characters that a list of digests cannot hold, or is not UTF-8"))
            } else if entry.isFolder {
                try add(place, as: name, omitting: omission)
            } else if entry.isFile {
                files.append(File(path: name, place: place))
            } else {
                leftOut.append(.init(path: name, reason: "neither a file nor a folder"))
            }
        }
    }
}
