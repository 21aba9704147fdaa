import Adapters
import Digests
import Foundation
import TestSupport
import Testing

@testable import Versions

/// Versions on their way to another repository and back.
@Suite struct RemoteTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let remote: GitProgram
    let adapter: AdapterName

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        adapter = try AdapterName("ticket-router")
        remote = GitProgram(folder: folder.url.appending(path: "remote.git"))
        try FileManager.default.createDirectory(at: remote.folder, withIntermediateDirectories: true)
        #expect(try remote("init", "--bare", "--quiet").status == 0)
    }

    private var address: RemoteAddress { .folder(remote.folder) }

    private func other(_ name: String = "other.git") throws -> VersionStore {
        try VersionStore(openingOrCreatingAt: folder.url.appending(path: name))
    }

    private func note(_ reason: String, in store: VersionStore) throws {
        let change = RegistryChange.runEnded(RunID(1), Run.End(.rejected(reason: reason), at: Sample.time))
        _ = try store.append([change], to: adapter, after: store.head(of: adapter))
    }

    private func bytes(of version: VersionID, in store: VersionStore) throws -> [String: Data] {
        let place = folder.url.appending(path: "checked-out-\(UUID().uuidString)")
        try store.checkOut(version, to: place)
        return try Sample.contents(of: place)
    }

    @Test func whatIsPushedAndPulledIsTheSameToTheByte() throws {
        for number in 1...2 {
            let candidate = try Sample.candidate(Sample.version(number), in: folder, weights: UInt8(number))
            try store.commit(
                candidate, as: Sample.version(number), message: Sample.message(Sample.version(number)), author: Sample.author,
                at: Sample.time)
        }
        try note("no better", in: store)
        let pushed = try store.push([adapter], to: address)
        #expect(pushed.references == ["ticket-router/v1", "ticket-router/v2", "adapters/ticket-router", "journal/ticket-router"])
        #expect(pushed.largeFiles == 2 && pushed.bytes == 2 * 384 * 4096)
        try remote.expectSound()
        #expect(try store.push([adapter], to: address).isEmpty)
        let other = try other()
        #expect(try VersionStore.adapters(in: address) == [adapter])
        #expect(try other.pull([adapter], from: address).references == pushed.references)
        for number in 1...2 {
            let version = try Sample.version(number)
            #expect(try bytes(of: version, in: other) == bytes(of: version, in: store))
            #expect(try other.commit(of: version) == store.commit(of: version))
        }
        #expect(try other.entries(of: adapter, after: nil) == store.entries(of: adapter, after: nil))
        try GitProgram(folder: other.folder).expectSound()
    }

    @Test func aPlainCloneFindsTheLargeFilesWhereGitLFSLooksForThem() throws {
        try Sample.commit(Sample.version(1), to: store, in: folder)
        try store.push([adapter], to: address)
        let clone = folder.url.appending(path: "clone")
        #expect(try remote("clone", "--quiet", "--branch", "ticket-router/v1", remote.folder.path, clone.path).status == 0)
        let pointer = try #require(
            LargeFilePointer(Data(contentsOf: clone.appending(path: "adapter_model.safetensors"))))
        let object = LargeFileStore(repository: remote.folder).object(pointer.digest)
        #expect(try ContentDigest(ofFile: object) == pointer.digest)
    }

    @Test func onlyWhatIsNewMovesAndWhoeverIsBehindLosesNothing() throws {
        try Sample.commit(Sample.version(1), to: store, in: folder)
        try store.push([adapter], to: address)
        let other = try other()
        try other.pull([adapter], from: address)
        try Sample.commit(Sample.version(2), to: other, in: folder)
        #expect(try other.push([adapter], to: address).references == ["ticket-router/v2", "adapters/ticket-router"])
        #expect(try store.push([adapter], to: address).isEmpty, "the other side is ahead")
        #expect(try store.pull([adapter], from: address).references == ["ticket-router/v2", "adapters/ticket-router"])
        #expect(try store.versions().map(\.version.number) == [1, 2])
    }

    @Test func historiesThatDivergedAreLeftAlone() throws {
        try Sample.commit(Sample.version(1), to: store, in: folder)
        try store.push([adapter], to: address)
        let other = try other()
        try other.pull([adapter], from: address)
        try note("there", in: other)
        try other.push([adapter], to: address)
        try note("here", in: store)
        let heads = try (store.head(of: adapter), other.head(of: adapter))
        let before = try remote("for-each-ref").output
        for deed in [{ try store.push([adapter], to: address) }, { try store.pull([adapter], from: address) }] {
            let error = try #require(throws: RemoteError.self) { try deed() }
            guard case .diverged("journal/ticket-router", let source, let target) = error else {
                Issue.record("\(error)")
                continue
            }
            #expect(Set([source, target]) == Set([try #require(heads.0), try #require(heads.1)]))
        }
        #expect(try remote("for-each-ref").output == before)
        #expect(try store.head(of: adapter) == heads.0)
    }

    @Test func aTagThatMeansAnotherCommitThereIsNotMoved() throws {
        try Sample.commit(Sample.version(1), to: store, in: folder)
        let other = try other()
        let candidate = try Sample.candidate(Sample.version(1), in: folder, weights: 9)
        try other.commit(
            candidate, as: Sample.version(1), message: Sample.message(Sample.version(1)), author: Sample.author, at: Sample.time)
        #expect(throws: RemoteError.self) { try store.pull([adapter], from: .folder(other.folder)) }
        #expect(try store.verify(Sample.version(1)).isEmpty)
    }

    @Test func aDamagedObjectIsNotSpread() throws {
        try Sample.commit(Sample.version(1), to: store, in: folder)
        let (_, pointer) = try #require(store.largeFiles(of: Sample.version(1)).first)
        let object = LargeFileStore(repository: store.folder).object(pointer.digest)
        var bytes = try Data(contentsOf: object)
        bytes[1000] ^= 1
        try bytes.write(to: object)
        #expect(throws: RemoteError.self) { try store.push([adapter], to: address) }
        #expect(try remote("for-each-ref").output.isEmpty)
        #expect(try VersionStore.adapters(in: address).isEmpty)
    }

    @Test func whatACutOffTransferLeftIsMended() throws {
        try Sample.commit(Sample.version(1), to: store, in: folder)
        let (_, pointer) = try #require(store.largeFiles(of: Sample.version(1)).first)
        // half an object under its own name, as another program may leave it
        let object = LargeFileStore(repository: remote.folder).object(pointer.digest)
        try FileManager.default.createDirectory(at: object.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(count: 100).write(to: object)
        try store.push([adapter], to: address)
        #expect(try ContentDigest(ofFile: object) == pointer.digest)
    }

    @Test func whatIsNoRepositoryIsRefused() {
        let nowhere = folder.url.appending(path: "nowhere")
        #expect(throws: RemoteError.noRepository(path: nowhere.path)) { try store.push([adapter], to: .folder(nowhere)) }
        #expect(throws: RemoteError.noRepository(path: nowhere.path)) { try store.pull([adapter], from: .folder(nowhere)) }
    }
}
