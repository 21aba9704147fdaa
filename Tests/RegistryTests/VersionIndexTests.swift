import Adapters
import Foundation
import Randomness
import TestSupport
import Testing

@testable import Registry

@Suite struct VersionIndexTests {
    let folder: TemporaryFolder
    let registry: AdapterRegistry

    init() throws {
        folder = try TemporaryFolder()
        registry = try Sample.registry(in: folder)
    }

    @Test func admissionClosesTheRunListsTheVersionAndMovesTheCandidate() throws {
        let first = try Sample.admit(to: registry)
        let second = try Sample.admit(to: registry)
        #expect(try registry.versions(of: Sample.name()).map(\.published) == [first, second])
        #expect(try registry.versions(of: Sample.name()).map(\.aliases) == [[], [.candidate]])
        #expect(
            try registry.runs(of: Sample.name()).map(\.end?.outcome) == [.admitted(first.version), .admitted(second.version)])
        #expect(try registry.aliases(of: Sample.name()) == [.candidate: second.version])
        let history = try registry.history(of: Sample.name())
        #expect(history.map(\.kind) == [.admitted, .admitted])
        #expect(history[1].moves == [.init(alias: .candidate, from: first.version, to: second.version)])
        #expect(history[1].actor == Sample.actor)
        #expect(history[1].reason == "passed the gate")
    }

    @Test func anAdmissionThatFailsChangesNothing() throws {
        let lease = try registry.lease(Sample.name(), holder: "a test")
        let run = try registry.beginRun(Sample.start(), under: lease)
        let gap = try Sample.published(Sample.version(2), run: run.id, start: Sample.start())
        #expect(throws: VersionIndexError.outOfOrder(gap.version, expected: try Sample.version(1))) {
            try registry.admit(gap, on: Sample.occasion())
        }
        #expect(try registry.run(run.id, of: Sample.name()).state == .started, "the run's end was rolled back")
        #expect(try registry.history(of: Sample.name()).isEmpty)
        #expect(try registry.aliases(of: Sample.name()).isEmpty)
    }

    @Test func aVersionComesFromARunningRunOfItsOwnAdapter() throws {
        let published = try Sample.admit(to: registry)
        let run = try #require(published.lineage.run)
        let again = try Sample.published(Sample.version(2), run: run, start: Sample.start())
        #expect(throws: RunError.over(run, .finished)) { try registry.admit(again, on: Sample.occasion()) }
        let foreign = try Sample.published(Sample.version(1, of: "other"), run: run, start: Sample.start("other"))
        #expect(throws: RunError.unknown(run)) { try registry.admit(foreign, on: Sample.occasion()) }
    }

    @Test func anAdoptedVersionIsListedWithoutARun() throws {
        let first = try Sample.admit(to: registry)
        let second = try Sample.adopted(Sample.version(2))
        let event = try registry.adopt(second, on: Sample.occasion("from elsewhere"))
        #expect(event.kind == .adopted)
        #expect(try registry.aliases(of: Sample.name())[.candidate] == second.version)
        #expect(try registry.versions(of: Sample.name()).map(\.published) == [first, second])
        #expect(try registry.runs(of: Sample.name()).count == 1)
        #expect(try registry.differencesFromJournals().isEmpty)
        let (fifth, third) = (try Sample.version(5), try Sample.version(3))
        #expect(throws: VersionIndexError.outOfOrder(fifth, expected: third)) {
            try registry.adopt(Sample.adopted(fifth), on: Sample.occasion())
        }
    }

    @Test func referencesResolve() throws {
        let adapter = try Sample.name()
        #expect(throws: VersionIndexError.noVersions(adapter)) { try registry.resolve(VersionReference(adapter, nil)) }
        let versions = try (1...3).map { _ in try Sample.admit(to: registry).version }
        #expect(try registry.resolve(VersionReference("ticket-router")) == versions[2], "the latest while none is in production")
        try registry.promote(versions[0], on: Sample.occasion())
        #expect(try registry.resolve(VersionReference("ticket-router")) == versions[0])
        #expect(try registry.resolve(VersionReference("ticket-router@production")) == versions[0])
        #expect(try registry.resolve(VersionReference("ticket-router@candidate")) == versions[2])
        #expect(try registry.resolve(VersionReference("ticket-router@v2")) == versions[1])
        #expect(throws: VersionIndexError.unknownVersion(try Sample.version(9), latest: versions[2])) {
            try registry.resolve(VersionReference("ticket-router@v9"))
        }
        #expect(throws: VersionIndexError.aliasUnset(adapter, .previous, known: [.candidate, .production])) {
            try registry.resolve(VersionReference("ticket-router@previous"))
        }
    }
}

@Suite struct AliasTests {
    let folder: TemporaryFolder
    let registry: AdapterRegistry
    let versions: [VersionID]

    init() throws {
        folder = try TemporaryFolder()
        let registry = try Sample.registry(in: folder)
        versions = try (1...4).map { _ in try Sample.admit(to: registry).version }
        self.registry = registry
    }

    private func alias(_ name: AliasName) throws -> VersionID? { try registry.aliases(of: Sample.name())[name] }

    @Test func promotionKeepsWhatWasThereAsPrevious() throws {
        try registry.promote(versions[0], on: Sample.occasion())
        #expect(try alias(.previous) == nil)
        let event = try #require(try registry.promote(versions[2], on: Sample.occasion("better on held-out rows", minute: 1)))
        #expect(try alias(.production) == versions[2])
        #expect(try alias(.previous) == versions[0])
        #expect(
            event.moves == [
                .init(alias: .previous, from: nil, to: versions[0]),
                .init(alias: .production, from: versions[0], to: versions[2]),
            ])
        #expect(try registry.history(of: Sample.name()).last == event)
    }

    @Test func promotingWhatIsInProductionDoesNothing() throws {
        try registry.promote(versions[0], on: Sample.occasion())
        let history = try registry.history(of: Sample.name())
        #expect(try registry.promote(versions[0], on: Sample.occasion()) == nil)
        #expect(try registry.history(of: Sample.name()) == history)
    }

    @Test func unknownVersionsAreNotPromoted() throws {
        let missing = try Sample.version(9)
        #expect(throws: VersionIndexError.unknownVersion(missing, latest: versions[3])) {
            try registry.promote(missing, on: Sample.occasion())
        }
    }

    @Test func thereMustBeSomethingToRollBackTo() throws {
        #expect(throws: VersionIndexError.nothingToRollBackTo(try Sample.name())) {
            try registry.rollBack(Sample.name(), on: Sample.occasion())
        }
        try registry.promote(versions[0], on: Sample.occasion())
        #expect(throws: VersionIndexError.nothingToRollBackTo(try Sample.name())) {
            try registry.rollBack(Sample.name(), on: Sample.occasion())
        }
    }

    /// Promotions and rollbacks behave as pushes and pops of a stack: production is its top, previous what lies below.
    @Test(arguments: 1...8 as ClosedRange<UInt64>) func aRollbackUndoesTheLastPromotionThatStands(_ seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        var stack: [VersionID] = []
        for step in 0..<24 {
            let events = try registry.history(of: Sample.name()).count
            if Int.random(in: 0..<3, using: &random) == 0, stack.count > 1 {
                stack.removeLast()
                #expect(try registry.rollBack(Sample.name(), on: Sample.occasion(minute: step)).version == stack.last)
            } else if let version = versions.randomElement(using: &random), version != stack.last {
                stack.append(version)
                try registry.promote(version, on: Sample.occasion(minute: step))
            } else {
                continue
            }
            #expect(try alias(.production) == stack.last)
            #expect(try alias(.previous) == stack.dropLast().last)
            #expect(try alias(.candidate) == versions.last)
            #expect(try registry.history(of: Sample.name()).count == events + 1, "nothing is rewritten")
        }
    }

    @Test func replayingTheMovesOfTheHistoryGivesTheAliases() throws {
        for version in [versions[0], versions[1], versions[3]] { try registry.promote(version, on: Sample.occasion()) }
        try registry.rollBack(Sample.name(), on: Sample.occasion())
        var replayed: [AliasName: VersionID] = [:]
        for move in try registry.history(of: Sample.name()).flatMap(\.moves) {
            #expect(replayed[move.alias] == move.from)
            replayed[move.alias] = move.to
        }
        #expect(replayed == (try registry.aliases(of: Sample.name())))
    }

    @Test(arguments: [
        "UPDATE events SET reason = 'other'", "DELETE FROM events", "UPDATE alias_moves SET to_number = 1",
        "DELETE FROM alias_moves",
        "UPDATE versions SET lineage = '{}'", "DELETE FROM versions",
        "INSERT INTO events (kind, adapter, number, at, actor, reason) VALUES ('promoted', 'ticket-router', 99, 0, 'a <b>', '')",
        "INSERT INTO events (kind, adapter, number, at, actor, reason) VALUES ('deleted', 'ticket-router', 1, 0, 'a <b>', '')",
        "INSERT INTO alias_moves VALUES (1, 'production', 'ticket-router', 3, 2)",
        "INSERT INTO alias_moves VALUES (1, 'production', 'other', NULL, 2)",
        "UPDATE runs SET state = 'started'", "UPDATE runs SET state = 'lost'", "UPDATE runs SET plan = 'no json'",
    ])
    func theSchemaKeepsTheInvariants(_ sql: String) throws {
        try registry.promote(versions[0], on: Sample.occasion())
        let before = try registry.history(of: Sample.name())
        let error = try #require(throws: RegistryError.self) { try registry.write { try $0.execute(sql: sql) } }
        guard case .database = error else { Issue.record("\(error)"); return }
        #expect(try registry.history(of: Sample.name()) == before)
    }
}
