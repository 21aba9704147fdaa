import Adapters
import Foundation
import TestSupport
import Testing

@testable import Versions

/// A copy of the folder, taken while a step's work has just reached the disk, is what a kill at that moment leaves.
@Suite struct DatasetCrashTests {
    private final class Snapshots: @unchecked Sendable {
        var taken: [(step: VersionStore.PublicationStep, folder: URL)] = []
    }

    @Test func aKillAtAnyStepLeavesAllOrNothingOfADataSet() throws {
        let folder = try TemporaryFolder()
        var store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        try Sample.commit(Sample.version(1), to: store, in: folder)
        let sample = try DatasetSample(DatasetSample.rows(0..<30_000), in: folder)
        let (snapshots, original) = (Snapshots(), store.folder)
        store.observe = { step in
            let copy = folder.url.appending(path: "snapshot-\(snapshots.taken.count).git")
            try FileManager.default.copyItem(at: original, to: copy)
            try FileManager.default.copyItem(at: PublicationLease.file(beside: original), to: PublicationLease.file(beside: copy))
            snapshots.taken.append((step, copy))
        }
        try sample.store(in: store)

        #expect(Set(snapshots.taken.map(\.step)) == Set(VersionStore.PublicationStep.allCases))
        for (step, place) in snapshots.taken {
            let revived = try VersionStore(openingAt: place)
            #expect(try revived.completePublications().isEmpty)
            #expect(try revived.versions().map(\.version) == [try Sample.version(1)])
            #expect(try revived.datasets() == (step == .tagged ? [sample.id] : []))
            try sample.store(in: revived)
            #expect(try revived.verify(sample.id).isEmpty)
            #expect(try revived.contents(of: .train, in: sample.id) == sample.bytes(.train))
            try GitProgram(folder: revived.folder).expectSound()
        }
    }

    @Test func aFailureAtAnyStepBeforeTheTagLeavesNothingThatIsNamed() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        let sample = try DatasetSample(DatasetSample.rows(0..<24), in: folder)
        for step in [VersionStore.PublicationStep.storedFile, .wroteTree, .committed] {
            var store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "\(step).git"))
            store.observe = { if $0 == step { throw Stop() } }
            #expect(throws: Stop.self) { try sample.store(in: store) }
            #expect(try store.datasets().isEmpty)
            #expect(try GitProgram(folder: store.folder)("for-each-ref").output.isEmpty)
            store.observe = { _ in }
            try sample.store(in: store)
            #expect(try store.verify(sample.id).isEmpty)
        }
    }

    @Test func theLockThatAKilledStoringLeftIsRemoved() throws {
        let folder = try TemporaryFolder()
        let store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        let sample = try DatasetSample(DatasetSample.rows(0..<24), in: folder)
        let reference = "refs/tags/\(sample.id.tag)"
        let lock = store.folder.appending(path: "\(reference).lock")
        try FileManager.default.createDirectory(at: lock.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data("half".utf8).write(to: lock)
        try Data("\(reference)\n".utf8).write(to: PublicationLease.file(beside: store.folder))
        try sample.store(in: store)
        #expect(try store.datasets() == [sample.id])
        try GitProgram(folder: store.folder).expectSound()
    }
}
