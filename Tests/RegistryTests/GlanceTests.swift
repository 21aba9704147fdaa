import Adapters
import Foundation
import GRDB
import TestSupport
import Testing

@testable import Registry

/// What is asked of every adapter at once is what each would have said.
@Suite struct GlanceTests {
    private let folder: TemporaryFolder
    private let registry: AdapterRegistry
    private let names: [AdapterName]

    init() throws {
        folder = try TemporaryFolder()
        registry = try Sample.registry(in: folder)
        names = try ["greeter", "ticket-router", "idle.one"].map { try Sample.name($0) }
        for _ in 1...2 { try Sample.admit(to: registry) }
        try registry.promote(Sample.version(1), on: Sample.occasion("good"))
        try registry.promote(Sample.version(2), on: Sample.occasion("better"))
        try registry.rollBack(Sample.name(), on: Sample.occasion("worse"))
        try Sample.admit(to: registry, "greeter")
        try end(.rejected(reason: "no better"), "greeter")
        try end(.interrupted(reason: "stopped"), "idle.one")
    }

    private func end(_ outcome: Run.Outcome, _ adapter: String) throws {
        let name = try Sample.name(adapter)
        let run = try registry.beginRun(Sample.start(adapter), under: registry.lease(name, holder: "a test"))
        try registry.endRun(run.id, of: name, outcome, at: Sample.time)
    }

    @Test func glancesAreWhatEachAdapterSays() throws {
        let glances = try registry.glances()
        #expect(Set(glances.keys) == Set(names))
        for name in names {
            let (glance, run) = (glances[name], try registry.runs(of: name).last)
            let aliases = try registry.aliases(of: name)
            #expect(try glance?.latest == registry.latestVersion(of: name)?.number)
            #expect(glance?.production == aliases[.production]?.number && glance?.candidate == aliases[.candidate]?.number)
            #expect(try registry.aliasesByAdapter()[name] ?? [:] == aliases)
            #expect(glance?.lastRun?.id == run?.id && glance?.lastRun?.standing == run?.standing)
            #expect(glance?.lastRun?.startedAt == run?.start.at)
        }
    }

    @Test func recordsAreWhatEachAdapterSays() throws {
        let (versions, runs) = (try registry.versionsByAdapter(), try registry.lastRuns())
        for name in names {
            #expect(try versions[name] ?? [] == registry.versions(of: name))
            #expect(try runs[name] == registry.runs(of: name).last)
        }
    }

    @Test func releasesAreWhatEachAdapterSays() throws {
        let releases = try registry.releases()
        for name in names {
            let own = releases[name]
            #expect(try own?.versions ?? [] == registry.versions(of: name).map(\.version))
            #expect(try own?.production == registry.aliases(of: name)[.production])
            let promoted = try registry.history(of: name).filter { $0.kind == .promoted }.compactMap(\.version)
            #expect(own?.promoted ?? [] == Set(promoted))
            #expect(try registry.releases(of: name)[name] == own)
        }
        let all = releases.values.flatMap(\.versions)
        #expect(try Set(registry.glances(at: all + [Sample.version(9)]).keys) == Set(all))
    }

    @Test func namesOfVersionsBeginAsAsked() throws {
        #expect(
            try registry.versionNames(startingWith: "ticket-router@p").sorted()
                == ["candidate", "production", "v1", "v2"].map { "ticket-router@\($0)" })
        #expect(try registry.versionNames(startingWith: "gr").sorted() == ["greeter@candidate", "greeter@v1"])
        #expect(try registry.versionNames(startingWith: "").count == 6)
    }

    @Test func aVersionAtAGlanceIsItsLineageWithoutThePlan() throws {
        let adopted = try Sample.version(3)
        try registry.adopt(Sample.adopted(adopted), on: Sample.occasion("from elsewhere"))
        let records = try registry.versionsByAdapter().values.flatMap(\.self)
        let glances = try registry.glances(at: records.map(\.version))
        #expect(try registry.glances(at: [adopted])[adopted]?.isAdopted == true)
        #expect(records.contains { !$0.lineage.metrics.isEmpty })
        for record in records { #expect(glances[record.version] == VersionGlance(record.published)) }
    }

    /// Runs end, are taken up again and begin; aliases move, appear and go.
    @Test func glancesFollowWhatHappens() throws {
        let name = try Sample.name()
        try registry.setAlias(AliasName("staging"), to: Sample.version(1), on: Sample.occasion("try"))
        try glancesAreWhatEachAdapterSays()
        let run = try registry.beginRun(Sample.start(), under: registry.lease(name, holder: "a test"))
        try glancesAreWhatEachAdapterSays()
        try registry.endRun(run.id, of: name, .failed(reason: "no room"), at: Sample.time)
        try glancesAreWhatEachAdapterSays()
        try registry.retire(name, isForced: true, on: Sample.occasion("over"))
        #expect(try registry.glances()[name]?.production == nil && registry.glances()[name]?.candidate == nil)
        try glancesAreWhatEachAdapterSays()
    }

    @Test func theLatestRunIsReadFromAnIndexOfItsOwn() throws {
        let plan = try registry.read { database in
            try Row.fetchAll(database, sql: "EXPLAIN QUERY PLAN SELECT max(started_at) FROM runs").map { $0["detail"] as String }
        }
        #expect(plan.contains { $0.contains("COVERING INDEX runs_at_a_glance") }, "\(plan)")
    }
}
