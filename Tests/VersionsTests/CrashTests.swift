import Adapters
import Foundation
import TestSupport
import Testing

@testable import Versions

/// A copy of the folder, taken while a step's work has just reached the disk, is what a kill at that moment leaves.
@Suite struct CrashTests {
    private struct Snapshot {
        let step: VersionStore.PublicationStep
        let folder: URL
    }

    private final class Camera: @unchecked Sendable {
        private let folder: TemporaryFolder
        private let original: URL
        private(set) var snapshots: [Snapshot] = []

        init(of original: URL, in folder: TemporaryFolder) {
            self.original = original
            self.folder = folder
        }

        func take(_ step: VersionStore.PublicationStep) throws {
            let copy = folder.url.appending(path: "snapshot-\(snapshots.count).git")
            try FileManager.default.copyItem(at: original, to: copy)
            try FileManager.default.copyItem(at: PublicationLease.file(beside: original), to: PublicationLease.file(beside: copy))
            snapshots.append(Snapshot(step: step, folder: copy))
        }
    }

    @Test func aKillAtAnyStepLeavesTheOldVersionsAndAllOrNothingOfTheNew() throws {
        let folder = try TemporaryFolder()
        var store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        try Sample.commit(Sample.version(1), to: store, in: folder)
        let camera = Camera(of: store.folder, in: folder)
        store.observe = { step in try camera.take(step) }
        let commit = try Sample.commit(Sample.version(2), to: store, in: folder)

        #expect(Set(camera.snapshots.map(\.step)) == Set(VersionStore.PublicationStep.allCases))
        for snapshot in camera.snapshots {
            let revived = try VersionStore(openingAt: snapshot.folder)
            let completed = try revived.completePublications()
            #expect(completed == (snapshot.step == .committed ? [try Sample.version(2)] : []))
            #expect(try revived.completePublications().isEmpty, "a second look finds nothing to do")
            let isThere = snapshot.step == .committed || snapshot.step == .tagged
            #expect(try revived.versions().map(\.version.number) == (isThere ? [1, 2] : [1]))
            if isThere { #expect(try revived.published(Sample.version(2)).commit == commit) }
            for version in try revived.versions() { #expect(try revived.verify(version.version).isEmpty) }
            try Sample.commit(Sample.version(isThere ? 3 : 2), to: revived, in: folder)
            try GitProgram(folder: revived.folder).expectSound()
        }
    }

    @Test func aFailureWhileCommittingLeavesNoVersion() throws {
        struct Stop: Error {}
        let folder = try TemporaryFolder()
        for step in [VersionStore.PublicationStep.storedFile, .wroteTree] {
            var store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "\(step).git"))
            store.observe = { if $0 == step { throw Stop() } }
            #expect(throws: Stop.self) { try Sample.commit(Sample.version(1), to: store, in: folder) }
            #expect(try store.versions().isEmpty)
            #expect(try GitProgram(folder: store.folder)("for-each-ref").output.isEmpty)
        }
    }

    /// What `kill -9` leaves of a publication: its intent in the lease, git's locks on the references named there, and drafts.
    @Test func whatAKilledPublicationLeftIsRemoved() throws {
        let folder = try TemporaryFolder()
        let store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        try Sample.commit(Sample.version(1), to: store, in: folder)
        let references = ["refs/heads/adapters/ticket-router", "refs/tags/ticket-router/v2", "HEAD", "../escape"]
        let litter = references.map { "\($0).lock" } + ["lfs/tmp/.draft-1", "objects/tmp_object_git2_a1b2c3"]
        for path in litter { try Data("half".utf8).write(to: store.folder.appending(path: path)) }
        try store.completePublications()
        for path in litter { #expect(isThere(path, store), "nobody said that it was writing: \(path)") }

        try Data(references.joined(separator: "\n").utf8).write(to: PublicationLease.file(beside: store.folder))
        try store.completePublications()
        for path in litter { #expect(isThere(path, store) == (path.hasPrefix("..") || path.hasPrefix("objects/")), "\(path)") }
        // an object may be a journal's, which is written without the lease; the caller knows that nobody writes one
        try store.removeHalfWrittenFiles()
        for path in litter { #expect(isThere(path, store) == path.hasPrefix(".."), "\(path)") }
        try Sample.commit(Sample.version(2), to: store, in: folder)
        #expect(try Data(contentsOf: PublicationLease.file(beside: store.folder)).isEmpty)
        try GitProgram(folder: store.folder).expectSound()
    }

    private func isThere(_ path: String, _ store: VersionStore) -> Bool {
        FileManager.default.fileExists(atPath: store.folder.appending(path: path).path)
    }

    @Test func whileAnotherPublishesNothingIsTakenForLitter() throws {
        let folder = try TemporaryFolder()
        let store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        try Sample.commit(Sample.version(1), to: store, in: folder)
        let lock = store.folder.appending(path: "refs/tags/ticket-router/v2.lock")
        let lease = try PublicationLease.wait(for: store.folder)
        try lease.moving(["refs/tags/ticket-router/v2"]) {
            try Data().write(to: lock)
            #expect(try store.completePublications().isEmpty)
            #expect(FileManager.default.fileExists(atPath: lock.path))
        }
    }

    @Test func aHalfMadeRepositoryIsMadeAnew() throws {
        let folder = try TemporaryFolder()
        let draft = folder.url.appending(path: ".draft-versions.git/objects")
        try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: true)
        let store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        try GitProgram(folder: store.folder).expectSound()
        #expect(!FileManager.default.fileExists(atPath: draft.path))
    }

    @Test func aBranchMovedByHandMakesNoVersion() throws {
        let folder = try TemporaryFolder()
        let store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        try (1...2).forEach { try Sample.commit(Sample.version($0), to: store, in: folder) }
        let git = GitProgram(folder: store.folder)
        #expect(try git("update-ref", "refs/heads/adapters/ticket-router", "ticket-router/v1^{commit}").status == 0)
        #expect(try store.completePublications().isEmpty)
        #expect(try store.versions().count == 2)
    }
}

@Suite struct ContentionTests {
    @Test func ofTwoThatCommitTheSameVersionOneWins() async throws {
        let folder = try TemporaryFolder()
        let store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        for number in 1...5 {
            let version = try Sample.version(number)
            let candidates = try (1...4).map { try Sample.candidate(version, in: folder, weights: $0) }
            let wins = try await withThrowingTaskGroup(of: Bool.self) { group in
                for candidate in candidates {
                    group.addTask {
                        do {
                            _ = try store.commit(
                                candidate, as: version, message: Sample.message(version), author: Sample.author, at: Sample.time)
                            return true
                        } catch VersionError.taken, VersionError.branchMoved, VersionError.locked {
                            return false
                        }
                    }
                }
                return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(wins == 1)
            #expect(try store.verify(version).isEmpty)
        }
        #expect(try store.versions().count == 5)
        try GitProgram(folder: store.folder).expectSound()
    }

    @Test func aStaleLockOfGitIsNamedAndCountsAsBusy() throws {
        let folder = try TemporaryFolder()
        let store = try VersionStore(openingOrCreatingAt: folder.url.appending(path: "versions.git"))
        try Sample.commit(Sample.version(1), to: store, in: folder)
        let lock = store.folder.appending(path: "refs/heads/adapters/ticket-router.lock")
        try Data().write(to: lock)
        let error = try #require(throws: VersionError.self) { try Sample.commit(Sample.version(2), to: store, in: folder) }
        #expect(error == .locked(path: lock.path))
        #expect(error.explanation.kind == .busy)
        try FileManager.default.removeItem(at: lock)
        try Sample.commit(Sample.version(2), to: store, in: folder)
    }

    @Test func manyMayMakeTheRepositoryAtOnce() async throws {
        let folder = try TemporaryFolder()
        let place = folder.url.appending(path: "state/versions.git")
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<8 { group.addTask { _ = try VersionStore(openingOrCreatingAt: place) } }
            try await group.waitForAll()
        }
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.deletingLastPathComponent().path).sorted()
                == ["versions.git", "versions.git.lease"])
    }
}
