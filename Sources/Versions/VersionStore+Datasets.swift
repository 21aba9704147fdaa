import Adapters
import CGit2
import DurableFiles
import Foundation
import StrictJSON

/// A data set that is to be stored.
public struct DatasetDraft: Sendable {
    public let manifest: DatasetManifest
    /// What an examination of its rows found, `report.json`.
    public let report: JSONValue
    /// Where its files lie now; looked at only when the manifest says that rows are kept.
    public let files: [DatasetSplit: URL]
    public let message: VersionMessage

    public init(manifest: DatasetManifest, report: JSONValue, files: [DatasetSplit: URL], message: VersionMessage) {
        self.manifest = manifest
        self.report = report
        self.files = files
        self.message = message
    }
}

/// A data set as git holds it.
public struct StoredDataset: Sendable, Hashable {
    public let manifest: DatasetManifest
    public let report: JSONValue
    public let commit: CommitID
    public let at: Timestamp

    public var id: DatasetID { manifest.id }
}

/// Each data set is a commit of its own, with no parent and on no branch, which the annotated tag `datasets/ds-<64 hex digits>` leads
/// to; its tree is manifest, report and, where rows are kept, the files to the byte.
///
/// The name is the content's: the same bytes are stored once, whoever trains on them, and are called the same in every repository. A
/// crash before the tag leaves objects that nothing names.
extension VersionStore {
    static func reference(of dataset: DatasetID) -> String { "refs/tags/\(dataset.tag)" }
    static let allDatasets = "refs/tags/datasets/ds-*"

    /// Stores a data set on the disk, unless git holds it already: what is stored first stays as it is.
    ///
    /// - Throws: `DatasetError.changed` when a file is not, or no longer, what the manifest says of it.
    public func store(_ draft: DatasetDraft, author: Actor, at time: Timestamp) throws {
        let (id, reference) = (draft.manifest.id, Self.reference(of: draft.manifest.id))
        guard try !holds(id) else { return }
        let lease = try PublicationLease.wait(for: folder)
        try lease.moving([reference]) {
            try withRepository { repository in
                // another process may have stored it while this one waited
                guard try repository.target(of: reference) == nil else { return }
                try repository.identify(author)
                let tree = try writeTree(draft, repository)
                let signature = try GitSignature(author, at: time)
                let commit = try repository.commit(tree: tree, message: draft.message.text, author: signature)
                try observe(.committed)
                try retryingLocks(on: reference, of: nil) {
                    try repository.tag(id.tag, commit: commit, message: draft.message.text, tagger: signature)
                }
                try observe(.tagged)
            }
        }
    }

    private func writeTree(_ draft: DatasetDraft, _ repository: borrowing GitRepository) throws -> git_oid {
        let (manifest, report) = (draft.manifest, draft.report.data(.pretty))
        let files = try manifest.keepsRows ? manifest.parts.map { try Self.file($0.name, $0.part, of: draft) } : []
        let tree = try writeTree(
            files, texts: [(DatasetManifest.fileName, manifest.data), (DatasetManifest.reportFile, report)], repository)
        let stored = try StoredTree(tree, in: folder, repository)
        for (name, part) in manifest.parts where manifest.keepsRows {
            guard try stored.fault(in: name, part, repository) == nil else {
                throw DatasetError.changed(manifest.id, path: draft.files[name]?.path ?? part.source)
            }
        }
        return tree
    }

    private static func file(
        _ name: DatasetSplit, _ part: DatasetManifest.Part, of draft: DatasetDraft
    ) throws -> CandidateFolder.File {
        guard let location = draft.files[name] else { throw DatasetError.changed(draft.manifest.id, path: part.source) }
        var status = stat()
        guard stat(location.path, &status) == 0 else { throw FileError(.read, location) }
        return CandidateFolder.File(path: name.fileName, location: location, size: Int(status.st_size))
    }
}

extension VersionStore {
    /// The data sets that git holds, by name.
    public func datasets() throws -> [DatasetID] {
        try withRepository { repository in
            try repository.references(matching: Self.allDatasets)
                .compactMap { DatasetID(tag: String($0.dropFirst("refs/tags/".count))) }
        }
    }

    public func holds(_ dataset: DatasetID) throws -> Bool {
        try withRepository { repository in try repository.target(of: Self.reference(of: dataset)) != nil }
    }

    /// Manifest and report; nil when git does not hold the data set.
    ///
    /// - Throws: `DatasetError.damaged` when either is missing or not what we write.
    public func dataset(_ id: DatasetID) throws -> StoredDataset? {
        guard try holds(id) else { return nil }
        return try withTree(of: id) { tree, commit, repository in
            let manifest = try tree.manifest(of: id, repository)
            let report = try tree.json(at: DatasetManifest.reportFile, repository)
            return StoredDataset(
                manifest: manifest, report: report, commit: try Self.commitID(commit), at: try repository.details(of: commit).at)
        }
    }

    /// What the data set's tag says.
    public func message(of dataset: DatasetID) throws -> VersionMessage {
        try withRepository { repository in
            VersionMessage(parsing: try repository.tagMessage(Self.reference(of: dataset)) ?? "")
        }
    }

    /// - Throws: `DatasetError.notStored`, or `.damaged` for what `body` finds wrong.
    func withTree<Value>(
        of dataset: DatasetID, _ body: (StoredTree, git_oid, borrowing GitRepository) throws -> Value
    ) throws -> Value {
        try withRepository { repository in
            do {
                let reference = Self.reference(of: dataset)
                guard try repository.target(of: reference) != nil else { throw DatasetError.notStored(dataset) }
                guard let commit = try repository.commit(at: reference) else {
                    throw StoredTree.BadFile(dataset.tag, .unreadable("it leads to nothing that git holds"))
                }
                return try body(StoredTree(repository.details(of: commit).tree, in: folder, repository), commit, repository)
            } catch let bad as StoredTree.BadFile {
                throw DatasetError.damaged(dataset, bad.fault)
            } catch VersionError.badFileName(let path) {
                throw DatasetError.damaged(dataset, VersionFault(path: path, problem: .unreadable("no data set has such a file")))
            } catch let failure as GitFailure {
                throw DatasetError.damaged(dataset, VersionFault(path: dataset.tag, problem: .unreadable(failure.message)))
            }
        }
    }
}
