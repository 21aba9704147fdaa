import Adapters
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Versions

/// What neither side has whole, and what was given up.
@Suite struct TransferDamageTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let there: VersionStore
    let adapter: AdapterName

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        there = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "there.git"))
        adapter = try AdapterName("ticket-router")
        try Sample.commit(Sample.version(1), to: store, in: folder)
    }

    private var address: RemoteAddress { .folder(there.folder) }

    private func weights(in repository: VersionStore) throws -> URL {
        let (_, pointer) = try #require(store.largeFiles(of: Sample.version(1)).first)
        return LargeFileStore(repository: repository.folder).object(pointer.digest)
    }

    private func giveUp(_ version: VersionID, in store: VersionStore) throws {
        let event = RegistryEvent(
            id: version.number, kind: .pruned, version: version, at: Sample.time, actor: Sample.author, reason: "room")
        _ = try store.append([.happened(event)], to: adapter, after: store.head(of: adapter))
    }

    @Test func aFileThatALiveVersionSharesWithOneThatGaveItUpIsRequired() throws {
        try Sample.commit(Sample.version(2), to: store, in: folder)
        try giveUp(Sample.version(1), in: store)
        try FileManager.default.removeItem(at: weights(in: store))
        let error = #expect(throws: RemoteError.self) { try store.push([adapter], to: address) }
        guard case .badObject("ticket-router@v2", let fault, store.folder.path) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(fault.isMissing)
        #expect(try there.versions().isEmpty)
        try giveUp(Sample.version(2), in: store)
        let transfer = try store.push([adapter], to: address)
        #expect(transfer.largeFiles == 0, "nobody needs it any more")
        #expect(try there.versions().count == 2)
    }

    @Test func aSharedFileThatTheOtherSideLacksIsBroughtThere() throws {
        try Sample.commit(Sample.version(2), to: store, in: folder)
        try giveUp(Sample.version(1), in: store)
        try store.push([adapter], to: address)
        try FileManager.default.removeItem(at: weights(in: there))
        #expect(try store.push([adapter], to: address).largeFiles == 1)
    }

    @Test func whatIsDamagedOnBothSidesIsTold() throws {
        try store.push([adapter], to: address)
        for file in try [weights(in: store), weights(in: there)] {
            var bytes = try Data(contentsOf: file)
            bytes[1000] ^= 1
            try bytes.write(to: file)
        }
        for deed in [
            { try store.push([adapter], to: address, isThorough: true) },
            { try store.pull([adapter], from: address, isThorough: true) },
        ] {
            let transfer = try deed()
            #expect(!transfer.isEmpty && transfer.references.isEmpty && transfer.mended.isEmpty)
            #expect(transfer.unmended.map(\.subject) == ["ticket-router@v1"])
        }
    }

    @Test func aVersionWhoseDataSetIsLostStaysWhereItIs() throws {
        let data = try DatasetSample(DatasetSample.rows(0..<24), in: folder)
        try data.store(in: store)
        let version = try Sample.version(2)
        let message = VersionMessage(subject: "\(version)", trailers: [.init("Dataset-Tag", data.id.tag)])
        _ = try store.commit(
            Sample.candidate(version, in: folder, dataset: data.draft.manifest.version), as: version, message: message,
            author: Sample.author, at: Sample.time)
        let mirror = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "mirror.git"))
        try store.push([adapter], to: .folder(mirror.folder))
        let git = GitProgram(folder: store.folder)
        #expect(try git("tag", "--delete", data.id.tag).status == 0)
        let error = #expect(throws: RemoteError.self) { try store.push([adapter], to: address) }
        #expect(error?.explanation.kind == .integrity && error?.explanation.what.contains("ticket-router@v2") == true)
        #expect(try there.versions().isEmpty)
        #expect(try store.push([adapter], to: .folder(mirror.folder)).isEmpty, "that one has it")
    }

    @Test func aLeaseWithinASharedRepositoryIsForAllWhoMayWriteThere() throws {
        let shared = GitProgram(folder: folder.url.appending(path: "shared.git"))
        try FileManager.default.createDirectory(at: shared.folder, withIntermediateDirectories: true)
        #expect(try shared("init", "--bare", "--quiet", "--shared=group").status == 0)
        #expect(chmod(shared.folder.path, 0o2775) == 0)
        try store.push([adapter], to: .folder(shared.folder))
        var status = stat()
        #expect(stat(shared.folder.appending(path: "lora.lease").path, &status) == 0)
        #expect(status.st_mode & 0o777 == 0o664)
    }

    /// Journals are written without the lease.
    @Test func anObjectThatAWriterOfJournalsIsAtIsLeftToIt() throws {
        let written = there.folder.appending(path: "objects/tmp_object_git2_0123")
        try Data("half".utf8).write(to: written)
        let draft = there.folder.appending(path: "lfs/tmp/.draft-1")
        try FileManager.default.createDirectory(at: draft.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("half".utf8).write(to: draft)
        try Data("refs/heads/adapters/ticket-router\n".utf8).write(to: PublicationLease.file(beside: there.folder))
        try store.push([adapter], to: address)
        #expect(FileManager.default.fileExists(atPath: written.path) && !FileManager.default.fileExists(atPath: draft.path))
        try there.removeHalfWrittenFiles()
        #expect(!FileManager.default.fileExists(atPath: written.path))
    }
}
