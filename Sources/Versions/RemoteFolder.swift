import CGit2
import DurableFiles
import Foundation

/// A bare repository on a mounted path: a plain one, or that of another registry.
struct RemoteFolder: RemoteRepository {
    let folder: URL
    /// How long a push waits for another to end.
    var patience = Duration.seconds(30)
    private let store: VersionStore

    init(_ folder: URL) throws {
        guard FileManager.default.fileExists(atPath: folder.appending(path: "HEAD").path) else {
            throw RemoteError.noRepository(path: folder.path)
        }
        self.folder = folder
        store = try VersionStore(openingAt: folder)
    }

    var name: String { folder.path }
    private var largeFiles: LargeFileStore { LargeFileStore(repository: folder) }

    func exclusively<Value>(_ body: (PublicationLease?) throws -> Value) throws -> Value {
        guard let lease = try PublicationLease.wait(forRemote: folder, patience) else {
            throw RemoteError.busy(path: folder.path)
        }
        return try lease.moving([PublicationLease.transfer]) { try body(lease) }
    }

    /// What a push there has brought so far is all of it or nothing; one that was cut off is finished first.
    func references() throws -> [String: git_oid] {
        while true {
            let note = try PublicationLease.note(ofRemote: folder)
            if note.isOfTransfer {
                guard let lease = try PublicationLease.wait(forRemote: folder, patience) else {
                    throw RemoteError.busy(path: folder.path)
                }
                withExtendedLifetime(lease) {}
                continue
            }
            let references = try store.withRepository { repository in try store.references(repository) }
            if try PublicationLease.note(ofRemote: folder) == note { return references }
        }
    }

    func download(_ references: [String], into repository: borrowing GitRepository) throws {
        try repository.download(references, from: folder.path)
    }

    func problem(of pointer: LargeFilePointer, isThorough: Bool) throws -> VersionFault.Problem? {
        try isThorough ? largeFiles.problem(of: pointer) : largeFiles.visibleProblem(of: pointer)
    }

    func put(_ pointer: LargeFilePointer, from store: LargeFileStore) throws -> VersionFault.Problem? {
        try largeFiles.copy(pointer, from: store)
    }

    func get(_ pointer: LargeFilePointer, into store: LargeFileStore) throws -> VersionFault.Problem? {
        try store.copy(pointer, from: largeFiles)
    }

    func take(_ moves: [ReferenceMove], from source: VersionStore, holding lease: PublicationLease?) throws {
        var there = store
        there.observeTransfer = source.observeTransfer
        try there.withRepository { repository in try repository.download(moves.map(\.name), from: source.folder.path) }
        try source.observeTransfer(.gotObjects)
        try lease?.moving(moves) { try there.move(moves, because: "pushed from \(source.folder.path)") }
    }
}
