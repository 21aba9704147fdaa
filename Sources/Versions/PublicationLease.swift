import CGit2
import DurableFiles
import Foundation

/// The right to write to the repository, which one process holds at a time and the kernel takes back when it dies.
///
/// Whoever holds it writes down which references it is about to move. A text that is still there when the next one comes is that
/// of a process that was killed: git's own locks on those references, and half-written packs and large files, are then nobody's.
/// Half-written objects may be those of a journal, which is written without the lease: they go when nobody writes at all.
///
/// A transfer writes down where they go, once all is there that they lead to, and whoever comes next moves those that it has not: a
/// version that arrived without its journal would be listed as if nobody had ever told of it, in a journal that leads elsewhere.
struct PublicationLease {
    private let lock: FileLock
    private let file: URL
    private let repository: URL

    /// What is signed while objects arrive and no reference moves yet.
    static let transfer = "refs/lora/transfer"

    /// Room for the names of thousands of references.
    private static let signatureLimit = 1 << 24
    /// How long a publication waits for another to end.
    private static let patience = Duration.seconds(30)

    static func file(beside repository: URL) -> URL {
        repository.deletingLastPathComponent().appending(path: "\(repository.lastPathComponent).lease")
    }

    /// Whether nobody has written down there what he is about to move.
    static func isUnsigned(beside repository: URL) throws -> Bool {
        let file = file(beside: repository)
        return try access(file.path, F_OK) != 0 || FileBytes.contents(of: file, limit: 1).isEmpty
    }

    /// Waits for the lease and mends what its last holder left.
    ///
    /// - Throws: `VersionError.locked` when somebody held it all that time.
    static func wait(for repository: URL) throws -> PublicationLease {
        let file = file(beside: repository)
        guard let lock = try FileLock.take(file, waiting: patience) else { throw VersionError.locked(path: file.path) }
        return try PublicationLease(lock, file, repository)
    }

    /// Waits for the lease of another repository. That of a registry lies beside it; a plain bare repository gets its own within, since
    /// its folder is all that is sure to be writable, and for all who may write there.
    ///
    /// - Returns: nil when somebody held it all that time.
    static func wait(forRemote repository: URL, _ patience: Duration) throws -> PublicationLease? {
        let (file, isRegistry) = file(ofRemote: repository)
        guard let lock = try FileLock.take(file, waiting: patience, permissions: isRegistry ? 0o600 : 0o666) else { return nil }
        if !isRegistry { try lock.share(as: repository) }
        return try PublicationLease(lock, file, repository)
    }

    private static func file(ofRemote repository: URL) -> (file: URL, isRegistry: Bool) {
        let beside = file(beside: repository)
        let isRegistry = access(beside.path, F_OK) == 0
        return (isRegistry ? beside : repository.appending(path: "lora.lease"), isRegistry)
    }

    /// What the holder of another repository's lease, or whoever died holding it, has written down there.
    static func note(ofRemote repository: URL) throws -> Note {
        let file = file(ofRemote: repository).file
        guard access(file.path, F_OK) == 0 else { return Note(stamp: nil, isOfTransfer: false) }
        let stamp = try FileStamp(of: file)
        return Note(stamp: stamp, isOfTransfer: try !signature(in: file).goals.isEmpty)
    }

    struct Note: Equatable {
        /// Another one for whatever is written.
        let stamp: FileStamp?
        /// Whether references are on their way to where all is that they lead to.
        let isOfTransfer: Bool
    }

    /// Takes the lease if it is free, and mends what its last holder left.
    static func takeIfFree(_ repository: URL) throws -> PublicationLease? {
        let file = file(beside: repository)
        return try FileLock.take(file).map { try PublicationLease($0, file, repository) }
    }

    private init(_ lock: FileLock, _ file: URL, _ repository: URL) throws {
        self.lock = lock
        self.file = file
        self.repository = repository
        try mend()
    }

    /// Runs `body`, which moves some references.
    func moving<Value>(_ references: [String], _ body: () throws -> Value) throws -> Value {
        let signature = Signature(references: references)
        try lock.sign(signature.text)
        let outcome = Result { try body() }
        // A failure is no death: libgit2 has released its locks. If the text cannot be wiped out, whoever comes next finds nothing to mend;
        // what was moved stays moved. A transfer within may have left another text.
        _ = Result { if try self.signature() == signature { try lock.sign("") } }
        return try outcome.get()
    }

    /// Runs `body`, which moves references whose objects and large files are all there. Whatever keeps it from its end, the next holder
    /// does the rest, unless another program has moved one elsewhere.
    func moving<Value>(_ moves: [ReferenceMove], _ body: () throws -> Value) throws -> Value {
        try lock.sign(Signature(moves: moves).text)
        let outcome = Result { try body() }
        if case .failure(let error) = outcome, !(error is RemoteError) { throw error }
        _ = Result { try lock.sign("") }
        return try outcome.get()
    }

    private func signature() throws -> Signature { try Self.signature(in: file) }

    private static func signature(in file: URL) throws -> Signature {
        Signature(parsing: String(decoding: try FileBytes.contents(of: file, limit: signatureLimit), as: UTF8.self))
    }

    private func mend() throws {
        let signature = try signature()
        guard !signature.references.isEmpty else { return }
        let references = signature.references
        for reference in references where Self.isReference(reference) || reference == PackedReferences.name {
            try delete(repository.appending(path: "\(reference).lock"))
        }
        // whoever packs locks one reference after the other
        if references.contains(PackedReferences.name) { try deleteLocks(below: repository.appending(path: "refs")) }
        for file in try HalfWrittenFiles.find(in: repository, underLease: true) { try delete(file) }
        if !signature.goals.isEmpty { try VersionStore(openingAt: repository).finishTransfer(to: signature.goals) }
        try lock.sign("")
    }

    private static func isReference(_ name: String) -> Bool {
        var isValid: Int32 = 0
        return git_reference_name_is_valid(&isValid, name) == 0 && isValid == 1
    }

    private func deleteLocks(below folder: URL) throws {
        for entry in try OpenFolder(folder).entries() {
            let place = folder.appending(path: entry.name)
            if entry.isFolder {
                try deleteLocks(below: place)
            } else if entry.name.hasSuffix(".lock") {
                try delete(place)
            }
        }
    }

    private func delete(_ file: URL) throws {
        guard unlink(file.path) == 0 || errno == ENOENT else { throw FileError(.delete, file) }
    }
}
