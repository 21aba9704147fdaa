import Adapters
import DurableFiles
import Foundation
import TestSupport
import Testing

@testable import Registry

@Suite struct ReconcileTests {
    let folder: TemporaryFolder
    let registry: AdapterRegistry

    init() throws {
        folder = try TemporaryFolder()
        registry = try Sample.registry(in: folder)
    }

    private func git(_ published: [PublishedVersion], unreadable: VersionID? = nil) -> GitVersions {
        let versions = Dictionary(uniqueKeysWithValues: published.map { ($0.version, $0) })
        return GitVersions(tags: published.map { VersionTag(version: $0.version, commit: $0.commit) }) { version in
            guard version != unreadable, let published = versions[version] else {
                throw DamagedRecord(key: "schema", wanted: "a schema")
            }
            return published
        }
    }

    private func reconcile(_ git: GitVersions) throws -> Reconciliation {
        try registry.reconcile(with: git, on: Sample.occasion("start-up"))
    }

    @Test func whenIndexAndGitAgreeNothingIsDone() throws {
        let published = [try Sample.admit(to: registry), try Sample.admit(to: registry)]
        let history = try registry.history(of: Sample.name())
        #expect(try reconcile(git(published)).isClean)
        #expect(try registry.history(of: Sample.name()) == history)
    }

    @Test func aTagWithoutARowIsIndexedAndItsRunClosed() throws {
        let first = try Sample.admit(to: registry)
        // The process died after git had the version and before the index did.
        let start = try Sample.start()
        let run = try registry.beginRun(start, under: registry.lease(Sample.name(), holder: "the dead"))
        let second = try Sample.published(Sample.version(2), run: run.id, start: start)
        let outcome = try reconcile(git([first, second]))
        #expect(outcome.recovered == [second.version])
        #expect(outcome.interrupted.isEmpty)
        #expect(try registry.versions(of: Sample.name()).map(\.published) == [first, second])
        #expect(try registry.run(run.id, of: Sample.name()).end == Run.End(.admitted(second.version), at: Sample.time))
        #expect(try registry.aliases(of: Sample.name())[.candidate] == second.version)
        #expect(try registry.history(of: Sample.name()).last?.kind == .recovered)
        #expect(try reconcile(git([first, second])).isClean, "twice is once")
    }

    @Test func aRunThatAPullToldOfIsNotTakenForDead() throws {
        let lease = try registry.lease(Sample.name(), holder: "elsewhere")
        let run = try registry.beginRun(Sample.start(), under: lease)
        #expect(try reconcile(git([])).passedOver == [Sample.name()])
        // a registry that only pulled has its journal, and neither its lease nor its folder
        try FileManager.default.removeItem(at: registry.layout.staging(of: run.id, for: Sample.name()))
        try FileManager.default.removeItem(at: registry.layout.leaseFile(of: Sample.name()))
        #expect(try reconcile(git([])).interrupted.isEmpty)
        #expect(try registry.run(run.id, of: Sample.name()).state == .started)
        withExtendedLifetime(lease) {}
    }

    @Test func anAdoptedVersionThatOnlyGitHasIsListedWithoutARun() throws {
        let published = try Sample.adopted(Sample.version(1))
        #expect(try reconcile(git([published])).recovered == [published.version])
        #expect(try registry.versions(of: Sample.name()).map(\.published) == [published])
        #expect(try registry.runs(of: Sample.name()).isEmpty)
        #expect(try reconcile(git([published])).isClean)
    }

    /// The journal that tells of it may be on its way.
    @Test func whatATransferBringsIsNotListedBeforeItsEnd() throws {
        let published = try Sample.adopted(Sample.version(1))
        let tags = [VersionTag(version: published.version, commit: published.commit)]
        let outcome = try reconcile(GitVersions(tags: tags, isMoving: true) { _ in published })
        #expect(try outcome.recovered.isEmpty && outcome.passedOver == [Sample.name()] && !outcome.isSettled)
        #expect(try registry.versions(of: Sample.name()).isEmpty)
        #expect(try reconcile(git([published])).recovered == [published.version])
    }

    @Test func aLostIndexIsReadBackFromGit() throws {
        let published = try (0..<3).map { _ in try Sample.admit(to: registry) } + [Sample.admit(to: registry, "other")]
        let before = try (registry.versions(of: Sample.name()), registry.runs(of: Sample.name()).map(\.id))
        let layout = RegistryLayout(root: folder.url.appending(path: "copy"))
        try RegistryLayout.initialize(at: layout.root)
        let revived = try Sample.open(layout)
        let outcome = try revived.reconcile(with: git(published.reversed()), on: Sample.occasion())
        #expect(outcome.recovered == published.map(\.version).sorted())
        #expect(try revived.versions(of: Sample.name()) == before.0)
        #expect(try revived.runs(of: Sample.name()).map(\.id) == before.1)
        #expect(try revived.runs(of: Sample.name()).map(\.start) == registry.runs(of: Sample.name()).map(\.start))
        #expect(try revived.reconcile(with: git(published), on: Sample.occasion()).isClean)
    }

    @Test func aRunOfADeadProcessIsInterrupted() throws {
        let run = try registry.beginRun(Sample.start(), under: registry.lease(Sample.name(), holder: "the dead"))
        #expect(try reconcile(git([])).interrupted == [run.id])
        #expect(try registry.run(run.id, of: Sample.name()).state == .interrupted)
        #expect(try reconcile(git([])).isClean)
    }

    @Test func whatALivingProcessDoesIsLeftAlone() throws {
        let lease = try registry.lease(Sample.name(), holder: "the living")
        let run = try registry.beginRun(Sample.start(), under: lease)
        let staging = try registry.stagingFolder(of: run.id, under: lease)
        let draft = staging.appending(path: DurableFile.draftPrefix + "candidate")
        try FileManager.default.createDirectory(at: draft, withIntermediateDirectories: true)
        let published = try Sample.published(Sample.version(1), run: run.id, start: Sample.start())
        let other = try Sample.registry(in: folder)
        #expect(try other.reconcile(with: git([published]), on: Sample.occasion()).isClean)
        #expect(try registry.run(run.id, of: Sample.name()).state == .started)
        #expect(FileManager.default.fileExists(atPath: draft.path))
        _ = try withExtendedLifetime(lease) { try registry.admit(published, on: Sample.occasion()) }
    }

    @Test func draftsAndSpentStagingAreRemovedAndCheckpointsKept() throws {
        var lease: AdapterLease? = try registry.lease(Sample.name(), holder: "the dead")
        let run = try registry.beginRun(Sample.start(), under: #require(lease))
        let staging = try registry.stagingFolder(of: run.id, under: #require(lease))
        let checkpoint = staging.appending(path: "checkpoint-20")
        let draft = staging.appending(path: DurableFile.draftPrefix + "checkpoint-30")
        for folder in [checkpoint, draft] {
            try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        }
        lease = nil
        #expect(try reconcile(git([])).removed.map(\.lastPathComponent) == [draft.lastPathComponent])
        #expect(FileManager.default.fileExists(atPath: checkpoint.path), "the run can be resumed from it")
        #expect(try reconcile(git([])).isClean)

        let published = try Sample.published(Sample.version(1), run: run.id, start: Sample.start())
        #expect(try reconcile(git([published])).removed.map(\.lastPathComponent) == ["\(run.id)"])
        #expect(!FileManager.default.fileExists(atPath: staging.path))
    }

    /// Neither a run that another followed, nor one of an index that was lost, is ever gone on with.
    @Test func stagingOfSupersededRunsIsRemovedAndTheLastKept() throws {
        var lease: AdapterLease? = try registry.lease(Sample.name(), holder: "the dead")
        let ends: [Run.Outcome] = [.failed(reason: "x"), .interrupted(reason: "x"), .rejected(reason: "x")]
        for end in ends {
            let run = try registry.beginRun(Sample.start(), under: #require(lease))
            _ = try registry.stagingFolder(of: run.id, under: #require(lease))
            try registry.endRun(run.id, of: Sample.name(), end, at: Sample.time)
        }
        _ = try registry.stagingFolder(of: RunID(77), under: #require(lease))
        lease = nil
        #expect(try reconcile(git([])).removed.map(\.lastPathComponent) == ["run-1", "run-2", "run-77"])
        let kept = try FileManager.default.contentsOfDirectory(atPath: registry.layout.staging(of: Sample.name()).path)
        #expect(kept == ["run-3"], "a person may want to look at what the gate refused")
    }

    @Test func whatGitLostOrChangedIsReported() throws {
        let (first, second) = (try Sample.admit(to: registry), try Sample.admit(to: registry))
        let other = try Sample.published(first.version, run: RunID(77), start: Sample.start())
        let outcome = try reconcile(git([other]))
        #expect(outcome.missing == [first.version, second.version])
        #expect(try registry.versions(of: Sample.name()).map(\.published) == [first, second], "the index is not cut to fit")
    }

    @Test func anUnreadableLineageStopsAtItsVersionAndHidesNoOtherAdapter() throws {
        let published = try (0..<3).map { _ in try Sample.admit(to: registry) } + [Sample.admit(to: registry, "other")]
        let layout = RegistryLayout(root: folder.url.appending(path: "copy"))
        try RegistryLayout.initialize(at: layout.root)
        let revived = try Sample.open(layout)
        let outcome = try revived.reconcile(with: git(published, unreadable: Sample.version(2)), on: Sample.occasion())
        #expect(outcome.unreadable == [try Sample.version(2), try Sample.version(3)])
        #expect(outcome.recovered == [try Sample.version(1, of: "other"), try Sample.version(1)])
    }

    @Test func aMissingTagStrandsItsSuccessorsAndHidesNothingElse() throws {
        let published = try (0..<3).map { _ in try Sample.admit(to: registry) } + [Sample.admit(to: registry, "other")]
        let layout = RegistryLayout(root: folder.url.appending(path: "copy"))
        try RegistryLayout.initialize(at: layout.root)
        let revived = try Sample.open(layout)
        let outcome = try revived.reconcile(with: git([published[0], published[2], published[3]]), on: Sample.occasion())
        #expect(outcome.stranded == [try Sample.version(3)])
        #expect(outcome.recovered == [try Sample.version(1, of: "other"), try Sample.version(1)])
        #expect(try revived.reconcile(with: git(published), on: Sample.occasion()).recovered.count == 2, "the tag came back")
    }

    @Test func aRunNumberThatWasGivenAnewStaysWithItsRun() throws {
        let run = try registry.beginRun(Sample.start(seed: 5), under: registry.lease(Sample.name(), holder: ""))
        try registry.endRun(run.id, of: Sample.name(), .failed(reason: "no space"), at: Sample.time)
        let published = try Sample.published(Sample.version(1), run: run.id, start: Sample.start(seed: 6))
        #expect(try reconcile(git([published])).recovered == [published.version])
        #expect(try registry.run(run.id, of: Sample.name()).state == .failed)
        #expect(try registry.version(published.version).lineage == published.lineage)
    }
}
