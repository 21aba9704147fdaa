import DurableFiles
import Foundation

/// Brings what a base needs of a repository into the cache.
public struct HubPull {
    private let service: HubService
    private let cache: HubCache
    private let progress: (Progress) throws -> Void

    /// How far a download is.
    public struct Progress: Sendable, Hashable {
        public let file: String
        /// Bytes that are there, and of all files that are downloaded.
        public let done: Int
        public let total: Int
    }

    public struct Outcome: Sendable, Hashable {
        /// What was asked for.
        public let reference: HubReference
        public let commit: String
        /// A model folder.
        public let folder: URL
        public let files: [HubFile]
        public let leftOut: [NeededFiles.LeftOut]
        /// Files and bytes that were missing.
        public let downloaded: Int
        public let downloadedBytes: Int
        /// The repository's name now, where it is another.
        public let renamedTo: String?
    }

    /// - Parameter progress: asked often; what it throws ends the download.
    public init(_ service: HubService, progress: @escaping (Progress) throws -> Void) {
        (self.service, self.progress) = (service, progress)
        cache = HubCache(service.settings)
    }

    public func run(_ reference: HubReference) throws -> Outcome {
        let repository = reference.repository
        let revision = try service.revision(reference)
        guard !reference.isCommit || revision.commit == reference.revision else {
            throw HubError.badReply(url: service.settings.endpoint, what: "\(reference) is at another commit")
        }
        if revision.isDisabled { throw HubError.disabled(repository) }
        let files = try NeededFiles(of: service.files(of: repository, at: revision.commit))
        guard files.isModel else { throw HubError.noModel(reference) }
        try cache.prepare(repository)
        let missing = files.needed.filter { !cache.holds($0, of: repository) }
        try download(missing, HubReference(repository: repository, revision: revision.commit))
        for file in files.needed { try cache.link(file, of: repository, at: revision.commit) }
        try cache.noteAbsent(files.needed, of: repository, at: revision.commit)
        try cache.note(reference, isAt: revision.commit)
        return Outcome(
            reference: reference, commit: revision.commit,
            folder: cache.snapshotFolder(of: repository, at: revision.commit), files: files.needed, leftOut: files.leftOut,
            downloaded: missing.count, downloadedBytes: missing.bytes,
            renamedTo: revision.name.flatMap { $0 == "\(repository)" ? nil : $0 })
    }

    /// Small files first: what is wrong with a model shows before its weights are on their way.
    private func download(_ files: [HubFile], _ reference: HubReference) throws {
        try cache.requireSpace(for: files.bytes)
        var before = 0
        for file in files.sorted(by: { $0.size < $1.size }) {
            let (done, total) = (before, files.bytes)
            let download = FileDownload(file: file, reference: reference, service: service, cache: cache) { size in
                try progress(Progress(file: file.path, done: done + size, total: total))
            }
            try download.run()
            before += file.size
        }
    }

    /// Holds a downloaded file against its digest once more: who reads all files anyway asks for it.
    public static func requireSound(_ outcome: Outcome) throws {
        for file in outcome.files {
            let place = outcome.folder.appending(path: file.path)
            guard try file.digest.matches(file: place, size: file.size) else {
                throw HubError.damagedBlob(path: place.resolvingSymlinksInPath().path, file: file.path)
            }
        }
    }
}

extension [HubFile] {
    fileprivate var bytes: Int { reduce(0) { $0 + $1.size } }
}

extension NeededFiles {
    fileprivate var isModel: Bool {
        let names = Set(needed.map(\.path))
        return names.isSuperset(of: ["config.json", "tokenizer.json"]) && names.contains { $0.hasSuffix(".safetensors") }
    }
}
