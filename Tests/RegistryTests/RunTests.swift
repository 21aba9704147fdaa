import Adapters
import Foundation
import TestSupport
import Testing

@testable import Registry

@Suite struct RunTests {
    let folder: TemporaryFolder
    let registry: AdapterRegistry

    init() throws {
        folder = try TemporaryFolder()
        registry = try Sample.registry(in: folder)
    }

    @Test func aRunIsRecordedAsItWasStarted() throws {
        let lease = try registry.lease(Sample.name(), holder: "a test")
        let run = try registry.beginRun(Sample.start(), under: lease)
        #expect(try registry.run(run.id, of: Sample.name()) == Run(id: run.id, start: try Sample.start(), end: nil))
        #expect(run.state == .started)
    }

    @Test(arguments: [
        (Run.Outcome.failed(reason: "the loss is not a number"), Run.State.failed),
        (.rejected(reason: "worse than the base"), .finished), (.interrupted(reason: "Ctrl-C"), .interrupted),
    ])
    func aRunEndsOnce(_ outcome: Run.Outcome, _ state: Run.State) throws {
        let lease = try registry.lease(Sample.name(), holder: "a test")
        let run = try registry.beginRun(Sample.start(), under: lease)
        let end = Sample.time.adding(seconds: 60)
        try registry.endRun(run.id, of: Sample.name(), outcome, at: end)
        #expect(try registry.run(run.id, of: Sample.name()).end == Run.End(outcome, at: end))
        #expect(try registry.run(run.id, of: Sample.name()).state == state)
        #expect(throws: RunError.over(run.id, state)) { try registry.endRun(run.id, of: Sample.name(), outcome, at: end) }
        #expect(throws: RunError.unknown(RunID(99))) { try registry.endRun(RunID(99), of: Sample.name(), outcome, at: end) }
    }

    @Test func aRunThatStillCountsAsRunningWhenTheNextBeginsWasInterrupted() throws {
        let dead = try registry.beginRun(Sample.start(), under: registry.lease(Sample.name(), holder: "the dead"))
        let next = try registry.beginRun(Sample.start(seed: 2), under: registry.lease(Sample.name(), holder: "the living"))
        #expect(try registry.runs(of: Sample.name()).map(\.state) == [.interrupted, .started])
        #expect(next.id > dead.id)
    }

    @Test func onlyWhatWasInterruptedIsResumed() throws {
        let lease = try registry.lease(Sample.name(), holder: "a test")
        let run = try registry.beginRun(Sample.start(), under: lease)
        try registry.endRun(run.id, of: Sample.name(), .interrupted(reason: "Ctrl-C"), at: Sample.time)
        #expect(try registry.resumeRun(run.id, under: lease, at: Sample.time) == run)
        #expect(try registry.run(run.id, of: Sample.name()) == run)
        try registry.endRun(run.id, of: Sample.name(), .failed(reason: "no space"), at: Sample.time)
        #expect(try registry.resumeRun(run.id, under: lease, at: Sample.time) == run, "what it saved is still good")
        try registry.endRun(run.id, of: Sample.name(), .rejected(reason: "no better"), at: Sample.time)
        #expect(throws: RunError.cannotResume(run.id, .finished)) {
            try registry.resumeRun(run.id, under: lease, at: Sample.time)
        }
        let other = try registry.lease(Sample.name("other"), holder: "a test")
        #expect(throws: RunError.unknown(run.id)) { try registry.resumeRun(run.id, under: other, at: Sample.time) }
    }

    @Test func eachAdapterCountsItsOwnRuns() throws {
        let ids = try (0..<4).map {
            try registry.beginRun(
                Sample.start("adapter-\($0 % 2)"), under: registry.lease(Sample.name("adapter-\($0 % 2)"), holder: "")
            ).id.number
        }
        #expect(ids == [1, 1, 2, 2])
    }
}

@Suite struct LeaseTests {
    @Test func oneAtATimeHoldsALease() throws {
        let folder = try TemporaryFolder()
        let (first, second) = (try Sample.registry(in: folder), try Sample.registry(in: folder))
        var lease: AdapterLease? = try first.lease(Sample.name(), holder: "process 7, lora train")
        #expect(throws: RunError.leaseHeld(try Sample.name(), holder: "process 7, lora train")) {
            try second.lease(Sample.name(), holder: "late")
        }
        #expect(RunError.leaseHeld(try Sample.name(), holder: "x").explanation.kind == .busy)
        _ = try second.lease(Sample.name("other"), holder: "another adapter is free")
        withExtendedLifetime(lease) {}
        lease = nil
        _ = try second.lease(Sample.name(), holder: "the next")
    }

    @Test func aKilledHolderFreesTheLease() throws {
        let folder = try TemporaryFolder()
        let registry = try Sample.registry(in: folder)
        let file = registry.layout.leaseFile(of: try Sample.name())
        let holder = Process()
        holder.executableURL = URL(filePath: "/usr/bin/flock")
        holder.arguments = ["--no-fork", file.path, "sleep", "60"]
        try holder.run()
        let isHeld = {
            do { _ = try registry.lease(Sample.name(), holder: ""); return false } catch RunError.leaseHeld { return true }
        }
        for _ in 0..<500 where try !isHeld() { usleep(10_000) }
        #expect(try isHeld())
        kill(holder.processIdentifier, SIGKILL)
        holder.waitUntilExit()
        #expect(try !isHeld())
    }
}
