import Adapters
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Versions

/// Transfers that others cross, that are cut off, and that meet damage.
@Suite struct TransferSafetyTests {
    let folder: TemporaryFolder
    var store: VersionStore
    let remote: GitProgram
    let adapter: AdapterName
    let data: DatasetSample

    init() throws {
        folder = try TemporaryFolder()
        store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        adapter = try AdapterName("ticket-router")
        remote = GitProgram(folder: folder.url.appending(path: "remote.git"))
        try FileManager.default.createDirectory(at: remote.folder, withIntermediateDirectories: true)
        #expect(try remote("init", "--bare", "--quiet").status == 0)
        data = try DatasetSample(DatasetSample.rows(0..<30_000), in: folder)
        try data.store(in: store)
        try Sample.commit(Sample.version(1), to: store, in: folder, dataset: data.draft.manifest.version)
    }

    private var address: RemoteAddress { .folder(remote.folder) }

    private func object(of version: VersionID, in repository: URL) throws -> URL {
        let (_, pointer) = try #require(store.largeFiles(of: version).first)
        return LargeFileStore(repository: repository).object(pointer.digest)
    }

    private func flipBit(in file: URL) throws {
        var bytes = try Data(contentsOf: file)
        bytes[1000] ^= 1
        try bytes.write(to: file)
    }

    /// No version is there without every file of it and the data set it names.
    private static func expectNothingByHalf(in repository: URL) throws {
        let store = try VersionStore(openingAt: repository)
        let known = try store.withRepository { try $0.references(matching: "refs/heads/*") }
        for version in try store.versions().map(\.version) {
            #expect(try store.verify(version).isEmpty)
            let dataset = try #require(store.published(version).lineage.dataset?.id)
            #expect(try store.verify(dataset).isEmpty)
        }
        if !known.isEmpty { #expect(try !store.versions().isEmpty, "a branch arrives after its versions") }
    }

    private struct Stop: Error {}

    /// - Returns: how many steps there were in all, once `limit` is beyond them.
    private func stopping(after limit: Int, _ transfer: (VersionStore) throws -> Void) throws -> Int {
        let count = Counter()
        var store = store
        store.observeTransfer = { _ in if count.next() > limit { throw Stop() } }
        do { try transfer(store) } catch is Stop {}
        return count.steps
    }

    @Test func aPushThatStopsAnywhereLeavesNothingByHalfAndTheNextGoesOn() throws {
        let whole = try other("whole").folder
        let steps = try stopping(after: .max) { try $0.push([adapter], to: .folder(whole)) }
        #expect(steps == 7, "a look, two large files, the objects, a data set, a version, a branch")
        for limit in 0..<steps {
            let cut = try other("cut-\(limit)")
            _ = try stopping(after: limit) { try $0.push([adapter], to: .folder(cut.folder)) }
            try Self.expectNothingByHalf(in: cut.folder)
            try cut.expectSound()
            try store.push([adapter], to: .folder(cut.folder))
            #expect(try store.push([adapter], to: .folder(cut.folder)).isEmpty)
            #expect(try cut("for-each-ref").output == GitProgram(folder: whole)("for-each-ref").output)
            try Self.expectNothingByHalf(in: cut.folder)
        }
    }

    private func other(_ name: String) throws -> GitProgram {
        let other = GitProgram(folder: folder.url.appending(path: "\(name).git"))
        try FileManager.default.createDirectory(at: other.folder, withIntermediateDirectories: true)
        #expect(try other("init", "--bare", "--quiet").status == 0)
        return other
    }

    /// A version whose journal has not come along would be listed as if nobody had ever told of it.
    @Test func whateverCutsATransferWhileReferencesMoveTheNextHolderOfTheLeaseFinishesIt() throws {
        _ = try store.append([Self.note], to: adapter, after: nil)
        try store.push([adapter], to: address)
        let whole = try remote("for-each-ref").output
        for limit in 4..<8 {
            let there = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "cut-\(limit).git"))
            var stopped = there
            let count = Counter()
            stopped.observeTransfer = { _ in if count.next() > limit { throw Stop() } }
            #expect(throws: Stop.self) { try stopped.pull([adapter], from: address) }
            #expect(try !there.isAtRest)
            // another test's child holds the file too until it is a program of its own
            withExtendedLifetime(try PublicationLease.wait(for: there.folder)) {}
            #expect(try GitProgram(folder: there.folder)("for-each-ref").output == whole)
            #expect(try there.isAtRest)
        }
    }

    @Test func whoeverPullsFromWhereAPushWasCutOffGetsAllOfIt() throws {
        let entry = try store.append([Self.note], to: adapter, after: nil)
        var stopped = store
        stopped.observeTransfer = { step in if step == .moved("ticket-router/v1") { throw Stop() } }
        let address = address
        #expect(throws: Stop.self) { try stopped.push([adapter], to: address) }
        #expect(try remote("for-each-ref", "refs/heads").output.isEmpty)
        let there = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "there.git"))
        try there.pull([adapter], from: address)
        #expect(try there.head(of: adapter) == entry)
        #expect(try GitProgram(folder: there.folder)("for-each-ref").output == remote("for-each-ref").output)
    }

    @Test func whatAnotherProgramMovedSinceATransferWasCutStaysThere() throws {
        try store.push([adapter], to: address)
        let there = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "there.git"))
        var stopped = there
        stopped.observeTransfer = { step in if step == .moved("ticket-router/v1") { throw Stop() } }
        #expect(throws: Stop.self) { try stopped.pull([adapter], from: address) }
        let git = GitProgram(folder: there.folder)
        let tree = try git("rev-parse", "ticket-router/v1^{tree}").output.trimmingCharacters(in: .newlines)
        let foreign = try git(
            "-c", "user.name=Bo", "-c", "user.email=bo@example.org", "commit-tree", tree, "-m", "mine"
        ).output.trimmingCharacters(in: .newlines)
        #expect(try git("update-ref", "refs/heads/adapters/ticket-router", foreign).status == 0)
        withExtendedLifetime(try PublicationLease.wait(for: there.folder)) {}
        #expect(try git("rev-parse", "adapters/ticket-router").output == "\(foreign)\n")
        #expect(try there.isAtRest)
    }

    private static let note = RegistryChange.runEnded(
        RunID(1), Run.End(.rejected(reason: "no better"), at: Sample.time))

    @Test func whatArrivedBeforeACutIsNotCopiedAgain() throws {
        let address = address
        _ = try stopping(after: 1) { try $0.push([adapter], to: address) }
        let object = try object(of: Sample.version(1), in: remote.folder)
        let transfer = try store.push([adapter], to: address)
        #expect(transfer.largeFiles == 1 && FileManager.default.fileExists(atPath: object.path))
        #expect(transfer.mended.isEmpty)
    }

    @Test func aPullThatStopsAnywhereLeavesNothingByHalf() throws {
        try store.push([adapter], to: address)
        for limit in 0..<7 {
            let there = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "there-\(limit).git"))
            var stopped = there
            let count = Counter()
            stopped.observeTransfer = { _ in if count.next() > limit { throw Stop() } }
            #expect(throws: Stop.self) { try stopped.pull([adapter], from: address) }
            try Self.expectNothingByHalf(in: there.folder)
            try there.pull([adapter], from: address)
            #expect(try there.pull([adapter], from: address).isEmpty)
            try Self.expectNothingByHalf(in: there.folder)
            try GitProgram(folder: there.folder).expectSound()
        }
    }

    private final class Counter: @unchecked Sendable {
        private(set) var steps = 0
        func next() -> Int {
            steps += 1
            return steps
        }
    }

    @Test func aBranchThatMovesBetweenLookAndMoveIsLeftThereAndOthersGoOn() throws {
        try store.push([adapter], to: address)
        let base = try #require(try store.commit(of: Sample.version(1)))
        try Sample.commit(Sample.version(2), to: store, in: folder, dataset: data.draft.manifest.version)
        try Sample.commit(Sample.version(1, of: "other"), to: store, in: folder, dataset: data.draft.manifest.version)
        let wanted = try #require(try store.commit(of: Sample.version(2)))
        let tree = try remote("rev-parse", "\(base.hex)^{tree}").output.trimmingCharacters(in: .newlines)
        let foreign = try remote(
            "-c", "user.name=Bo", "-c", "user.email=bo@example.org", "commit-tree", tree, "-p", base.hex, "-m", "mine"
        ).output.trimmingCharacters(in: .newlines)
        var store = store
        let there = remote
        store.observeTransfer = { (step) throws in
            guard step == .gotObjects else { return }
            let outcome = try there("update-ref", "refs/heads/adapters/ticket-router", foreign)
            #expect(outcome.status == 0)
        }
        let second = try AdapterName("other")
        let error = #expect(throws: RemoteError.self) { try store.push([adapter, second], to: address) }
        #expect(
            error
                == .moved(
                    reference: "adapters/ticket-router", seen: base, found: CommitID(foreign), wanted: wanted))
        #expect(error?.explanation.kind == .verification)
        #expect(try remote("rev-parse", "adapters/ticket-router").output == "\(foreign)\n")
        #expect(try remote("rev-parse", "--verify", "--quiet", "adapters/other").status == 0, "nobody touched that one")
    }

    @Test func whileAnotherPushesThisOneIsToldThatItIsBusy() throws {
        let lease = try #require(try PublicationLease.wait(forRemote: remote.folder, .zero))
        var there = try RemoteFolder(remote.folder)
        there.patience = .milliseconds(20)
        let error = #expect(throws: RemoteError.self) { try store.push([adapter], to: there) }
        #expect(error == .busy(path: remote.folder.path) && error?.explanation.kind == .busy)
        withExtendedLifetime(lease) {}
        #expect(try remote("for-each-ref").output.isEmpty)
    }

    @Test func manyThatPushAtOnceLoseNothing() async throws {
        let address = address
        let stores = try (1...4).map { number in
            let store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "here-\(number).git"))
            try data.store(in: store)
            try Sample.commit(
                Sample.version(1, of: "adapter-\(number)"), to: store, in: folder, dataset: data.draft.manifest.version)
            return (store, try AdapterName("adapter-\(number)"))
        }
        try await withThrowingTaskGroup { group in
            for (store, adapter) in stores { group.addTask { _ = try store.push([adapter], to: address) } }
            try await group.waitForAll()
        }
        #expect(try VersionStore(openingAt: remote.folder).versions().count == 4)
        try Self.expectNothingByHalf(in: remote.folder)
        try remote.expectSound()
    }

    @Test func locksAndDraftsOfAKilledPushAreRemovedThere() throws {
        let litter = [
            "refs/heads/adapters/ticket-router.lock", "objects/pack/pack_git2_0123", "objects/pack/pack-01.idx.lock",
            "lfs/tmp/.draft-1",
        ]
        for path in litter + ["refs/heads/mine.lock"] {
            let file = remote.folder.appending(path: path)
            try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
            try Data("half".utf8).write(to: file)
        }
        try Data("refs/heads/adapters/ticket-router\n".utf8).write(to: remote.folder.appending(path: "lora.lease"))
        try store.push([adapter], to: address)
        for path in litter { #expect(!FileManager.default.fileExists(atPath: remote.folder.appending(path: path).path)) }
        #expect(FileManager.default.fileExists(atPath: remote.folder.appending(path: "refs/heads/mine.lock").path))
    }

    @Test func whatIsMissingOrDamagedThereIsMendedFromWhatIsWholeHere() throws {
        try store.push([adapter], to: address)
        let object = try object(of: Sample.version(1), in: remote.folder)
        try FileManager.default.removeItem(at: object)
        let lacking = try store.push([adapter], to: address)
        #expect(lacking.mended.map(\.subject) == ["ticket-router@v1"] && lacking.mended.first?.fault.isMissing == true)
        try flipBit(in: object)
        #expect(try store.push([adapter], to: address).isEmpty, "it is there in its size")
        #expect(try store.push([adapter], to: address, isThorough: true).mended.count == 1)
        try Self.expectNothingByHalf(in: remote.folder)
    }

    @Test func whatIsDamagedHereIsMendedFromThereAndNeverSpread() throws {
        try store.push([adapter], to: address)
        let own = try object(of: Sample.version(1), in: store.folder)
        let theirs = try object(of: Sample.version(1), in: remote.folder)
        try flipBit(in: own)
        #expect(try store.push([adapter], to: address, isThorough: true).isEmpty, "what is whole there stays")
        #expect(try store.pull([adapter], from: address, isThorough: true).mended.count == 1)
        #expect(try store.verify(Sample.version(1)).isEmpty)
        try flipBit(in: theirs)
        let there = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "there.git"))
        let error = #expect(throws: RemoteError.self) { try there.pull([adapter], from: address) }
        guard case .badObject("ticket-router@v1", _, remote.folder.path) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try there.versions().isEmpty)
    }

    @Test func aMirrorWithoutItsLargeFilesSaysWhatItLacksAndAPullBringsIt() throws {
        try store.push([adapter], to: address)
        let mirror = folder.url.appending(path: "mirror.git")
        #expect(try remote("clone", "--mirror", "--quiet", remote.folder.path, mirror.path).status == 0)
        let clone = try VersionStore(openingAt: mirror)
        let fault = try #require(clone.verify(Sample.version(1)).first)
        let oid = try object(of: Sample.version(1), in: mirror).lastPathComponent
        #expect(fault.problem == .missingObject(oid: oid))
        let words = VersionError.damaged(try Sample.version(1), fault).explanation
        #expect(words.what.contains(oid) && words.what.contains("ticket-router@v1") && words.next.contains("`lora pull REMOTE`"))
        let transfer = try clone.pull([adapter], from: address)
        #expect(transfer.references.isEmpty && transfer.largeFiles == 2 && transfer.mended.count == 2)
        try Self.expectNothingByHalf(in: mirror)
    }
}
