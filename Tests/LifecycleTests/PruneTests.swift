import Adapters
import Foundation
import Registry
import Testing
import Versions

@testable import Lifecycle

@Suite("Prune makes room and forgets nothing")
struct PruneTests {
    private let big = 1_200_000

    private func pruning(_ small: SmallRegistry, _ workspace: Workspace, unpushed: Bool = true) -> PruneRegistry {
        PruneRegistry(in: workspace, workingFolder: small.folder.url, givesUpLast: unpushed)
    }

    private func objects(_ workspace: Workspace) throws -> Int {
        let files = FileManager.default.enumerator(atPath: workspace.layout.versions.appending(path: "lfs/objects").path)
        return files?.compactMap { $0 as? String }.count { $0.split(separator: "/").count == 3 } ?? 0
    }

    @Test("a pruned version keeps lineage, tag and evidence; what is read of it says pruned, never damaged")
    func pruned() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        let versions = try (0..<5).map { _ in try small.write(weights: big, in: workspace) }
        let lineages = try workspace.registry.versions(of: SmallRegistry.greeter).map(\.published)
        #expect(try pruning(small, workspace, unpushed: false).plan([]).removed.isEmpty, "no other copy is known")
        let plan = try pruning(small, workspace).plan([])
        #expect(plan.removed == Array(versions.prefix(2)) && plan.bytes == 2 * big)
        #expect(try objects(workspace) == 5, "a plan removes nothing")
        #expect(try pruning(small, workspace).carryOut(plan, on: SmallRegistry.occasion("disk is short")) == 2 * big)
        #expect(try objects(workspace) == 3)

        let again = try small.open()
        let records = try again.registry.versions(of: SmallRegistry.greeter)
        #expect(records.map(\.published) == lineages)
        #expect(records.map(\.isPruned) == [true, true, false, false, false])
        #expect(try versions.map { try again.versions.commit(of: $0) } == lineages.map(\.commit))
        #expect(try again.versions.contents(of: Release.decisionFile, in: versions[0]) != nil)
        let report = try VerifyRegistry(again, isQuick: false).run([], now: SmallRegistry.moment(0)) { _ in }
        #expect(report.faults.isEmpty && report.pruned == 2)
        let out = small.folder.url.appending(path: "out")
        let event = try #require(try again.registry.pruning(of: versions[0]))
        #expect(event.reason == "disk is short")
        #expect(throws: VersionIndexError.pruned(versions[0], event)) { try again.export("\(versions[0])", to: out) }
        #expect(!FileManager.default.fileExists(atPath: out.path))
        #expect(throws: VersionIndexError.pruned(versions[0], event)) {
            try again.registry.promote(versions[0], on: SmallRegistry.occasion())
        }
        #expect(try small.differences().isEmpty)
        #expect(try pruning(small, again).plan([]).isEmpty)
    }

    @Test("a prune that died between record and removal is finished by the next")
    func crash() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        let versions = try (0..<5).map { _ in try small.write(weights: big, in: workspace) }
        try workspace.registry.prune([versions[0]], of: SmallRegistry.greeter, on: SmallRegistry.occasion())
        let again = try small.open()
        #expect(try objects(again) == 5)
        let plan = try pruning(small, again).plan([])
        #expect(plan.bytes == 2 * big, "the one that was recorded before is in it")
        #expect(try pruning(small, again).carryOut(plan, on: SmallRegistry.occasion()) == 2 * big)
        #expect(try objects(again) == 3)
    }

    @Test("a large file that a kept version shares stays")
    func shared() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        for _ in 0..<4 { try small.write(weights: big, in: workspace) }
        try small.write(weights: big, filledAs: 1, in: workspace)
        let (first, second) = (VersionID(SmallRegistry.greeter, 1), VersionID(SmallRegistry.greeter, 2))
        #expect(try objects(workspace) == 4)
        #expect(try workspace.versions.exclusiveLargeFiles(of: [first]).isEmpty, "the fifth holds the same bytes")
        let plan = try pruning(small, workspace).plan([])
        #expect(plan.removed == [first, second] && plan.bytes == big)
        #expect(try pruning(small, workspace).carryOut(plan, on: SmallRegistry.occasion()) == big)
        #expect(try objects(workspace) == 3)
        #expect(try VerifyRegistry(small.open(), isQuick: false).run([], now: SmallRegistry.moment(0)) { _ in }.faults.isEmpty)
    }

    @Test("folders of runs that are over go, those that can be gone on with stay")
    func staging() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        try small.write(in: workspace)
        let name = SmallRegistry.greeter
        let start = try workspace.registry.runs(of: name)[0].start
        for outcome in [Run.Outcome.interrupted(reason: "stopped"), .rejected(reason: "no better")] {
            let folder = try {
                let lease = try workspace.registry.lease(name, holder: "a test")
                let run = try workspace.registry.beginRun(start, under: lease)
                let folder = try workspace.registry.stagingFolder(of: run.id, under: lease)
                try Data(count: 1000).write(to: folder.appending(path: "checkpoint"))
                try workspace.registry.endRun(run.id, of: name, outcome, at: SmallRegistry.moment(50))
                return folder
            }()
            let plan = try pruning(small, workspace).plan([])
            let isOver = if case .rejected = outcome { true } else { false }
            #expect(plan.staging.first { $0.folder.path == folder.path }?.isRemoved == isOver)
            _ = try pruning(small, workspace).carryOut(plan, on: SmallRegistry.occasion())
            #expect(FileManager.default.fileExists(atPath: folder.path) != isOver)
        }
    }

    @Test("what an alias points to stays, even when the plan was older than the alias")
    func aliases() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        let versions = try (0..<5).map { _ in try small.write(weights: big, in: workspace) }
        let plan = try pruning(small, workspace).plan([])
        try workspace.registry.setAlias(AliasName("archive"), to: versions[0], on: SmallRegistry.occasion())
        #expect(throws: PruneError.aliased(versions[0], try AliasName("archive"))) {
            try pruning(small, workspace).carryOut(plan, on: SmallRegistry.occasion())
        }
        #expect(try objects(workspace) == 5 && workspace.registry.prunedVersions().isEmpty, "all of a plan or nothing")
        #expect(try pruning(small, workspace).plan([]).removed == [versions[1]])
    }

    @Test("what was pushed may go, and pruned versions travel without their weights")
    func pushed() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        for _ in 0..<4 { try small.write(weights: big, in: workspace) }
        let (first, second) = (small.folder.url.appending(path: "first.git"), small.folder.url.appending(path: "second.git"))
        for remote in [first, second] { _ = try VersionStore(openingOrCreatingAt: remote) }
        _ = try workspace.push([], to: first.path, workingFolder: small.folder.url)
        let pruning = pruning(small, workspace, unpushed: false)
        let plan = try pruning.plan(["greeter"])
        #expect(plan.removed.map(\.number) == [1])
        _ = try pruning.carryOut(plan, on: SmallRegistry.occasion())
        let transfer = try workspace.push([], to: second.path, workingFolder: small.folder.url)
        #expect(transfer.largeFiles == 3)
        #expect(try workspace.push([], to: first.path, workingFolder: small.folder.url).references == ["journal/greeter"])
    }

    @Test("what a pull did not find there does not count as pushed")
    func pulled() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        let first = try small.write(weights: big, in: workspace)
        let remote = small.folder.url.appending(path: "remote.git")
        _ = try VersionStore(openingOrCreatingAt: remote)
        _ = try workspace.push([], to: remote.path, workingFolder: small.folder.url)
        let second = try small.write(weights: big, in: workspace)
        _ = try workspace.pull([], from: remote.path, workingFolder: small.folder.url, on: SmallRegistry.occasion())
        #expect(try workspace.versions.isPushed(first))
        #expect(try !workspace.versions.isPushed(second))
        _ = try workspace.push([], to: remote.path, workingFolder: small.folder.url)
        #expect(try workspace.versions.isPushed(second))
    }

    @Test("of a retired adapter everything may go that another repository has")
    func retired() throws {
        let small = try SmallRegistry()
        let workspace = try small.open()
        for _ in 0..<2 { try small.write(weights: big, in: workspace) }
        _ = try workspace.retire("greeter", isForced: false, on: SmallRegistry.occasion("replaced"))
        #expect(try pruning(small, workspace, unpushed: false).plan([]).removed.isEmpty)
        let plan = try pruning(small, workspace).plan([])
        #expect(plan.removed.count == 2)
        #expect(try pruning(small, workspace).carryOut(plan, on: SmallRegistry.occasion()) == 2 * big)
        #expect(try small.differences().isEmpty)
    }
}
