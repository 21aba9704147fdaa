import Adapters
import CGit2
import DurableFiles
import Foundation
import StrictJSON

/// The versions of all adapters: one bare git repository that plain `git` and `git lfs` can read.
///
/// - Each adapter is a branch, `adapters/NAME`; the tree of its commits is a loadable PEFT folder with its evidence.
/// - Each version is an annotated tag, `NAME/v3`: it exists once its tag does.
/// - Files over 1 MiB are Git LFS pointers; their bytes lie under `lfs/objects`.
///
/// Reading needs no lock. Writing takes a lease beside the repository, `versions.git.lease`.
public struct VersionStore: Sendable {
    public let folder: URL
    /// Hears of each step of a publication once it is on the disk.
    var observe: @Sendable (PublicationStep) throws -> Void = { _ in }

    /// Hears of each step of a push or pull once it is on the disk of whoever receives.
    var observeTransfer: @Sendable (TransferStep) throws -> Void = { _ in }

    enum TransferStep: Sendable, Hashable {
        case looked
        case storedLargeFile(String)
        case gotObjects
        case moved(String)
    }

    enum PublicationStep: String, CaseIterable {
        case storedFile, wroteTree, committed, tagged
    }

    /// Opens the repository, laying it out first where there is none.
    public init(openingOrCreatingAt folder: URL) throws {
        self = try Self.unopened(folder, laysOut: true)
        try requireOpen()
    }

    /// - Throws: `VersionError.noRepository` when there is none.
    public init(openingAt folder: URL) throws {
        self = try Self.unopened(folder, laysOut: false)
        try requireOpen()
    }

    /// A repository of which somebody knows otherwise that it can be opened.
    public static func unopened(_ folder: URL, laysOut: Bool) throws -> VersionStore {
        if !FileManager.default.fileExists(atPath: folder.path) {
            guard laysOut else { throw VersionError.noRepository(path: folder.path) }
            try create(at: folder)
        }
        return VersionStore(folder: folder)
    }

    private init(folder: URL) { self.folder = folder }

    /// - Throws: why git cannot open the repository.
    public func requireOpen() throws { try withRepository { _ in } }

    /// The repository appears whole or not at all; of two processes that make it, one does and the other finds it.
    private static func create(at folder: URL) throws {
        let parent = folder.deletingLastPathComponent()
        try DurableFile.makeFolder(parent)
        let lease = try PublicationLease.wait(for: folder)
        try withExtendedLifetime(lease) {
            guard !FileManager.default.fileExists(atPath: folder.path) else { return }
            // The name is always the same, so that what a killed process left is found: the lease is ours.
            let draft = parent.appending(path: DurableFile.draftPrefix + folder.lastPathComponent)
            if FileManager.default.fileExists(atPath: draft.path) { try DurableFile.remove(draft) }
            try translatingFailures(at: draft) { try GitRepository.create(at: draft) }
            try DurableFile.publish(draft: draft, as: folder)
        }
    }

    func withRepository<Value>(_ body: (borrowing GitRepository) throws -> Value) throws -> Value {
        try Self.translatingFailures(at: folder) {
            let repository = try GitRepository(opening: folder)
            return try body(repository)
        }
    }

    static func translatingFailures<Value>(at folder: URL, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch let failure as GitFailure {
            switch failure {
            case _ where failure.means(GIT_EOWNER): throw VersionError.foreignOwner(path: folder.path)
            case _ where failure.means(GIT_ELOCKED): throw VersionError.locked(path: folder.path)
            case _ where failure.isDamage:
                let problem = VersionFault.Problem.unreadable("git could not \(failure.operation): \(failure.message)")
                throw VersionError.damagedRepository(VersionFault(path: folder.path, problem: problem))
            default:
                throw VersionError.git(path: folder.path, operation: failure.operation, message: failure.message)
            }
        }
    }

    static func branch(of adapter: AdapterName) -> String { "refs/heads/adapters/\(adapter)" }
    static func reference(of version: VersionID) -> String { "refs/tags/\(version.tag)" }
}
