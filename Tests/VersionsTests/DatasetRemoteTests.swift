import Adapters
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Versions

/// Data sets on their way to another repository, along with the versions that name them.
@Suite struct DatasetRemoteTests {
    let folder: TemporaryFolder
    let store: VersionStore
    let remote: GitProgram
    let adapter: AdapterName
    let large: DatasetSample
    let other: DatasetSample

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        adapter = try AdapterName("ticket-router")
        remote = GitProgram(folder: folder.url.appending(path: "remote.git"))
        try FileManager.default.createDirectory(at: remote.folder, withIntermediateDirectories: true)
        #expect(try remote("init", "--bare", "--quiet").status == 0)
        large = try DatasetSample(DatasetSample.rows(0..<30_000), in: folder)
        other = try DatasetSample(DatasetSample.rows(0..<24), in: folder)
    }

    private func release(_ version: VersionID, on sample: DatasetSample, in store: VersionStore) throws {
        try sample.store(in: store)
        try Sample.commit(version, to: store, in: folder, dataset: sample.draft.manifest.version)
    }

    @Test func dataSetsGoWithTheVersionsThatNameThem() throws {
        try release(Sample.version(1), on: large, in: store)
        try release(Sample.version(2), on: large, in: store)
        try release(Sample.version(1, of: "other"), on: other, in: store)
        let pushed = try store.push([adapter], to: .folder(remote.folder))
        #expect(pushed.references == [large.id.tag, "ticket-router/v1", "ticket-router/v2", "adapters/ticket-router"])
        #expect(pushed.largeFiles == 2, "weights, which are the same twice, and rows")
        try remote.expectSound()
        #expect(try store.push([adapter], to: .folder(remote.folder)).isEmpty)
        let there = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "there.git"))
        try there.pull([adapter], from: .folder(remote.folder))
        #expect(try there.datasets() == [large.id])
        #expect(try there.verify(large.id).isEmpty)
        #expect(try there.contents(of: .train, in: large.id) == large.bytes(.train))
        #expect(try there.dataset(large.id) == store.dataset(large.id))
    }

    @Test func aDataSetThatWasStoredLaterFollows() throws {
        try Sample.commit(Sample.version(1), to: store, in: folder, dataset: other.draft.manifest.version)
        try store.push([adapter], to: .folder(remote.folder))
        #expect(try VersionStore(openingAt: remote.folder).datasets().isEmpty)
        try other.store(in: store)
        #expect(try store.push([adapter], to: .folder(remote.folder)).references == [other.id.tag])
    }

    @Test func theSameDataStoredOnBothSidesIsNoConflict() throws {
        try release(Sample.version(1), on: other, in: store)
        try store.push([adapter], to: .folder(remote.folder))
        let there = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "there.git"))
        try there.store(other.draft, author: Actor(name: "Bo", email: "bo@example.org"), at: Sample.time.adding(seconds: 9))
        let commit = try #require(try there.dataset(other.id)).commit
        let pulled = try there.pull([adapter], from: .folder(remote.folder))
        #expect(pulled.references == ["ticket-router/v1", "adapters/ticket-router"])
        #expect(try there.dataset(other.id)?.commit == commit, "what is stored stays")
    }

    @Test func aDamagedDataSetIsNotSpread() throws {
        try release(Sample.version(1), on: large, in: store)
        let object = LargeFileStore(repository: store.folder).object(large.draft.manifest.train.split.digest)
        var bytes = try Data(contentsOf: object)
        bytes[1000] ^= 1
        try bytes.write(to: object)
        #expect(throws: RemoteError.self) { try store.push([adapter], to: .folder(remote.folder)) }
        #expect(try remote("for-each-ref").output.isEmpty)
    }

    /// What a machine with git and git-lfs alone gets.
    @Test func aPlainCloneHasTheRows() throws {
        try release(Sample.version(1), on: other, in: store)
        try store.push([adapter], to: .folder(remote.folder))
        let place = folder.url.appending(path: "clone")
        #expect(try remote("clone", "--quiet", remote.folder.path, place.path).status == 0)
        let clone = GitProgram(folder: place)
        let dataset = try clone("tag", "-l", "datasets/*").output.trimmingCharacters(in: .newlines)
        #expect(dataset == other.id.tag)
        #expect(try clone("checkout", "--quiet", dataset).status == 0)
        #expect(try Data(contentsOf: place.appending(path: "train.jsonl")) == other.bytes(.train))
    }
}
