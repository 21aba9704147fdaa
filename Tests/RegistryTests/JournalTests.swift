import Adapters
import Digests
import DurableFiles
import Foundation
import StrictJSON
import TestSupport
import Testing
import Versions

@testable import Registry

/// Index and journal: whatever was acknowledged is in both, and the index can be made again.
@Suite struct JournalTests {
    let folder: TemporaryFolder
    let registry: AdapterRegistry

    init() throws {
        folder = try TemporaryFolder()
        registry = try Sample.registry(in: folder)
    }

    private var store: VersionStore { get throws { try VersionStore(openingAt: registry.layout.versions) } }

    /// Something of every kind.
    private func live() throws {
        for adapter in [Sample.adapter, "other"] {
            let lease = try registry.lease(Sample.name(adapter), holder: "a test")
            let failed = try registry.beginRun(Sample.start(adapter, seed: 3), under: lease)
            try registry.endRun(failed.id, of: Sample.name(adapter), .failed(reason: "no space"), at: Sample.time)
            _ = try registry.resumeRun(failed.id, under: lease, at: Sample.time)
            try registry.endRun(failed.id, of: Sample.name(adapter), .rejected(reason: "no better"), at: Sample.time)
        }
        let versions = try (0..<3).map { _ in try Sample.admit(to: registry).version }
        for version in versions { try registry.promote(version, on: Sample.occasion("better “still”\nyes")) }
        try registry.rollBack(Sample.name(), on: Sample.occasion("misroutes"))
        try registry.setAlias(
            AliasName("staging"), to: versions[2], on: Sample.occasion("a trial"), grounds: MoveGrounds(isForced: true))
        try registry.removeAlias(AliasName("staging"), of: Sample.name(), on: Sample.occasion("it is over"))
        try registry.archive(Sample.name("other"), on: Sample.occasion("rests"))
        try registry.unarchive(Sample.name("other"), on: Sample.occasion("goes on"))
        try registry.retire(Sample.name("other"), on: Sample.occasion("is over"))
        let key = RecordedMeasurement.Key(kind: "base_error", subject: ContentDigest(of: [1]), conditions: ["rows": 120])
        for errors in [70, 71] {
            try registry.record(
                RecordedMeasurement(key: key, adapter: Sample.name(), result: ["errors": .integer(errors)], at: Sample.time))
        }
        try registry.record(
            Decision(
                adapter: Sample.name("other"), question: .shouldFinetune, answer: "yes", verdict: ["share": 0.1], at: Sample.time)
        )
    }

    private func rebuild() throws -> IndexRebuild {
        try AdapterRegistry.rebuild(at: registry.layout, journal: store, git: git(), on: Sample.occasion("rebuild"))
    }

    /// What the sample registry would have published.
    private func git() throws -> GitVersions {
        let published = try registry.versions(of: Sample.name()).map(\.published)
        let byVersion = Dictionary(uniqueKeysWithValues: published.map { ($0.version, $0) })
        return GitVersions(tags: published.map { VersionTag(version: $0.version, commit: $0.commit) }) { version in
            try #require(byVersion[version])
        }
    }

    @Test func theIndexMadeAgainIsWhatItWas() throws {
        try live()
        let before = try registry.contents()
        #expect(try rebuild().differences == [])
        #expect(try registry.contents().differences(from: before).isEmpty, "an open connection sees the new one")
    }

    @Test func whatAKilledRebuildLeftIsRemoved() throws {
        try live()
        let draft = registry.layout.state.appending(path: DurableFile.draftPrefix + "lora.sqlite")
        try Data("half an index".utf8).write(to: draft)
        #expect(try registry.differencesFromJournals().isEmpty)
        #expect(!FileManager.default.fileExists(atPath: draft.path))
    }

    @Test func anIndexThatIsGoneOrDamagedIsMadeAgain() throws {
        try live()
        let (before, git) = (try registry.contents(), try git())
        for damage in [Data?.none, Data("this was a database".utf8)] {
            let database = registry.layout.database
            try FileManager.default.removeItem(at: database)
            if let damage { try damage.write(to: database) }
            let rebuild = try AdapterRegistry.rebuild(at: registry.layout, journal: store, git: git, on: Sample.occasion())
            #expect(rebuild.differences == nil && (rebuild.setAside == nil) == (damage == nil))
            #expect(try rebuild.setAside.map { try Data(contentsOf: $0) } == damage)
            #expect(try Sample.open(registry.layout).contents().differences(from: before).isEmpty)
        }
    }

    @Test func aRowThatTheJournalDoesNotHaveIsSaidAndGone() throws {
        try live()
        try registry.write { try $0.execute(sql: "UPDATE decisions SET answer = 'no'") }
        #expect(try rebuild().differences == [IndexRebuild.Difference(table: "decisions", onlyOld: 1, onlyNew: 1)])
        #expect(try registry.decisions(of: Sample.name("other")).map(\.answer) == ["yes"])
    }

    /// What a kill between journal and index leaves.
    @Test func aJournalThatIsAheadIsTakenUp() throws {
        try live()
        let copy = try Data(contentsOf: registry.layout.database)
        try registry.promote(Sample.version(1), on: Sample.occasion("the index will not know"))
        let history = try registry.history(of: Sample.name())
        try copy.write(to: registry.layout.database)
        let opened = try Sample.open(registry.layout)
        #expect(try opened.history(of: Sample.name()).count == history.count - 1)
        #expect(try opened.reconcile(with: git(), on: Sample.occasion()).caughtUp == [Sample.name()])
        #expect(try opened.history(of: Sample.name()) == history)
        // a change takes it up as well
        try copy.write(to: registry.layout.database)
        _ = try Sample.open(registry.layout).promote(Sample.version(3), on: Sample.occasion("after"))
        #expect(
            try Sample.open(registry.layout).history(of: Sample.name()).map(\.reason).suffix(2) == [
                "the index will not know", "after",
            ])
    }

    @Test func whatTheIndexRefusesIsNotInTheJournal() throws {
        try live()
        let head = try store.head(of: Sample.name())
        #expect(throws: VersionIndexError.self) { try registry.promote(Sample.version(9), on: Sample.occasion()) }
        #expect(throws: (any Error).self) {
            try registry.change(Sample.name()) { transaction in
                try transaction.make(.runResumed(RunID(1)))
                throw CancellationError()
            }
        }
        #expect(try store.head(of: Sample.name()) == head)
    }

    @Test func aCommitThatFailsTakesItsEntryBack() throws {
        try live()
        let head = try store.head(of: Sample.name())
        try registry.write { database in
            // refused only when the transaction commits
            try database.execute(
                sql: """
                    CREATE TABLE late (parent INTEGER REFERENCES grdb_migrations (identifier) DEFERRABLE INITIALLY DEFERRED);
                    CREATE TRIGGER too_late AFTER INSERT ON events BEGIN INSERT INTO late VALUES ('nowhere'); END;
                    """)
        }
        #expect(throws: RegistryError.self) { try registry.promote(Sample.version(1), on: Sample.occasion()) }
        #expect(try store.head(of: Sample.name()) == head)
    }

    @Test func aJournalThatLeadsElsewhereIsRefused() throws {
        try live()
        let copy = folder.url.appending(path: "copy.git")
        try FileManager.default.copyItem(at: registry.layout.versions, to: copy)
        try registry.promote(Sample.version(1), on: Sample.occasion("here"))
        try FileManager.default.removeItem(at: registry.layout.versions)
        try FileManager.default.moveItem(at: copy, to: registry.layout.versions)
        let error = try #require(throws: JournalError.self) {
            try registry.promote(Sample.version(3), on: Sample.occasion("there"))
        }
        #expect(error.explanation.kind == .integrity)
        #expect(try registry.reconcile(with: git(), on: Sample.occasion()).diverged == [Sample.name()])
        #expect(try rebuild().differences?.map(\.table) == ["events", "alias_moves", "aliases", "journals", "glances"])
        try registry.promote(Sample.version(3), on: Sample.occasion("there"))
    }

    @Test func anIndexFromBeforeJournalsGetsThem() throws {
        try live()
        let before = try registry.contents()
        let store = try store
        for adapter in try store.heads().keys {
            let entries = try store.entries(of: adapter, after: nil)
            try store.retract(#require(entries.last?.position), from: adapter, to: nil)
        }
        try registry.write { try $0.execute(sql: "DELETE FROM journals") }
        #expect(try store.heads().isEmpty)
        #expect(try rebuild().differences == [])
        #expect(try registry.contents().differences(from: before).map(\.table) == ["journals"])
    }

    @Test func everyKindOfChangeReadsBackAsItWasWritten() throws {
        try live()
        for adapter in try store.heads().keys {
            let changes = try registry.read { try AdapterRegistry.snapshot(of: adapter, $0) }
            #expect(try [RegistryChange](parsing: changes.data, of: adapter) == changes)
        }
    }
}
