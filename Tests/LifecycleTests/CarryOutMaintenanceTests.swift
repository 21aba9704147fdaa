import Adapters
import Foundation
import Lifecycle
import Policies
import Registry
import TestSupport
import Testing
import Training

@Suite("Maintenance that nobody watches")
struct CarryOutMaintenanceTests {
    private func maintenance(_ registry: SmallRegistry) throws -> CarryOutMaintenance {
        CarryOutMaintenance(in: try registry.open(), workingFolder: registry.folder.url) { _ in
            WallClock(weekday: 1, minute: 600)
        }
    }

    private func run(_ registry: SmallRegistry, month: Int, stopping: Bool = false) throws -> CarryOutMaintenance.Outcome {
        let now = SmallRegistry.moment(60).adding(months: month)
        var isStopped = false
        return try maintenance(registry).run(
            nil, by: SmallRegistry.actor, clock: { now }, shouldStop: { isStopped },
            observe: { _, event in
                if stopping, case .training(.step) = event { isStopped = true }
            })
    }

    private func agenda(_ registry: SmallRegistry, month: Int) throws -> [String] {
        let now = SmallRegistry.moment(60).adding(months: month)
        return try maintenance(registry).agenda(nil, now: now).agenda.jobs.map(\.facts.adapter.text)
    }

    private func endings(_ outcome: CarryOutMaintenance.Outcome) -> [String] {
        outcome.results.map { result in
            switch result.ending {
            case .admitted(let version, let isPromoted): "\(version)\(isPromoted ? " promoted" : "")"
            case .settled(let version, let isPromoted): "\(version) \(isPromoted ? "settled" : "kept back")"
            case .unpromoted(let version, _): "\(version) unpromoted"
            case .refused: "refused"
            case .shouldRetire: "should retire"
            case .interrupted: "interrupted"
            case .failed: "failed"
            }
        } + outcome.waiting.map { "waits: \($0.obstacle.code)" }
    }

    private func declare(_ registry: SmallRegistry, _ lines: String) throws {
        _ = try registry.policy(lines)
        let file = registry.folder.url.appending(path: "registry/adapters/greeter.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing("policy: default", with: "policy: mine").write(to: file, atomically: true, encoding: .utf8)
    }

    @Test("what was stopped is gone on with by the next check, as the same run")
    func stopped() throws {
        let registry = try SmallRegistry()
        #expect(try endings(run(registry, month: 0, stopping: true)) == ["interrupted"])
        #expect(try endings(run(registry, month: 0)) == ["greeter@v1"])
        #expect(try registry.open().registry.runs(of: AdapterName("greeter")).map(\.state) == [.finished])
        #expect(try endings(run(registry, month: 0)) == [])
        #expect(try endings(run(registry, month: 7)) == ["greeter@v2"])
    }

    @Test("what its gate refused is not trained again before something changes")
    func refused() throws {
        let registry = try SmallRegistry()
        try declare(registry, "gate:\n  beats_base:\n    margin: 0.9\n")
        #expect(try endings(run(registry, month: 0)) == ["refused"])
        #expect(try endings(run(registry, month: 1)) == ["waits: refused"])
        try registry.addRows(["{\"prompt\": \"quay quay:\", \"completion\": \" one\"}"])
        #expect(try endings(run(registry, month: 1)) == ["refused"])
        #expect(try registry.open().registry.runs(of: AdapterName("greeter")).count == 2)
    }

    @Test("what fails is tried less and less often, and then a person must look")
    func failing() throws {
        let registry = try SmallRegistry()
        #expect(try endings(run(registry, month: 0, stopping: true)) == ["interrupted"])
        registry.blockCheckpoints(ofRun: 1)
        #expect(try endings(run(registry, month: 0)) == ["failed"])
        #expect(try endings(run(registry, month: 0)) == ["waits: retry"])
        #expect(try endings(run(registry, month: 1)) == ["failed"])
        #expect(try endings(run(registry, month: 2)) == ["failed"])
        #expect(try endings(run(registry, month: 12)) == ["waits: person_needed"])
        registry.unblockCheckpoints(ofRun: 1)
        #expect(try endings(run(registry, month: 12)) == ["waits: person_needed"])
        // a person trains it, and the slate is clean
        let now = SmallRegistry.moment(60).adding(months: 12)
        let request = TrainAdapter.Request(adapter: "greeter", options: TrainingOptions(), policy: nil, startsAnew: false)
        _ = try TrainAdapter(request, in: registry.open(), workingFolder: registry.folder.url)
            .run(by: SmallRegistry.actor, clock: { now }, shouldStop: { false }, observe: { _ in })
        #expect(try endings(run(registry, month: 20)) == ["greeter@v2"])
    }

    @Test("a policy that promotes does so, also for a version whose process died before it could")
    func promoting() throws {
        let registry = try SmallRegistry()
        let name = try AdapterName("greeter")
        #expect(try endings(run(registry, month: 0)) == ["greeter@v1"])
        try declare(registry, "unattended:\n  promote: true\n")
        #expect(try endings(run(registry, month: 0)) == ["greeter@v1 settled"])
        #expect(try endings(run(registry, month: 0)) == [])
        #expect(try endings(run(registry, month: 7)) == ["greeter@v2 promoted"])
        #expect(try registry.open().registry.aliases(of: name)[.production] == VersionID(name, 2))
    }

    @Test("a base that changed is pinned anew and trained on, or waits where the policy says so")
    func following() throws {
        let registry = try SmallRegistry()
        #expect(try endings(run(registry, month: 0)) == ["greeter@v1"])
        let before = try registry.open().registry.base(named: "tiny").digest
        let file = registry.folder.url.appending(path: "model/config.json")
        let text = try String(contentsOf: file, encoding: .utf8)
        try text.replacing("\"use_cache\": true", with: "\"use_cache\": false").write(to: file, atomically: true, encoding: .utf8)
        #expect(try String(contentsOf: file, encoding: .utf8) != text)
        try declare(registry, "unattended:\n  follow_base: false\n")
        #expect(try endings(run(registry, month: 4)) == ["waits: base_pinned"])
        #expect(try registry.open().registry.base(named: "tiny").digest == before)
        // another adapter's policy, or a person, pins it anew: then this one may train on it
        _ = try registry.open().addBase(
            "tiny", folder: registry.folder.url.appending(path: "model"), revision: nil, replaces: true)
        #expect(try agenda(registry, month: 4) == ["greeter"])
        try text.write(to: file, atomically: true, encoding: .utf8)
        _ = try registry.open().addBase(
            "tiny", folder: registry.folder.url.appending(path: "model"), revision: nil, replaces: true)
        try text.replacing("\"use_cache\": true", with: "\"use_cache\": false").write(to: file, atomically: true, encoding: .utf8)
        _ = try registry.policy("unattended:\n  follow_base: true\n")
        #expect(try endings(run(registry, month: 4)) == ["greeter@v2"])
        #expect(try registry.open().registry.base(named: "tiny").digest != before)
        #expect(try endings(run(registry, month: 4)) == [])
    }

    @Test("a base that is gone fails with its reason and begins no training")
    func gone() throws {
        let registry = try SmallRegistry()
        #expect(try endings(run(registry, month: 0)) == ["greeter@v1"])
        try FileManager.default.removeItem(at: registry.folder.url.appending(path: "model"))
        // the ledger counts it, though no training began
        #expect(try endings(run(registry, month: 1)) == ["failed"])
        #expect(try endings(run(registry, month: 1)) == ["waits: retry"])
        #expect(try registry.open().registry.runs(of: AdapterName("greeter")).count == 1)
    }

    @Test("a version that cannot be promoted is no failed training, and stops no other adapter")
    func unpromotable() throws {
        let registry = try SmallRegistry()
        #expect(try endings(run(registry, month: 0)) == ["greeter@v1"])
        let decisions = { try registry.open().registry.decisions(of: AdapterName("greeter")) }
        try declare(registry, "unattended:\n  promote: true\n")
        let weights = registry.state.appending(path: "versions.git/lfs/objects")
        // small versions lie in git itself: without its pack or objects nothing is sound
        let objects = registry.state.appending(path: "versions.git/objects")
        let aside = registry.folder.url.appending(path: "aside")
        let tree = try registry.open().registry.version(VersionID(AdapterName("greeter"), 1)).published.commit.hex
        let file = objects.appending(path: "\(tree.prefix(2))/\(tree.dropFirst(2))")
        try #require(FileManager.default.fileExists(atPath: file.path), "\(weights.path)")
        try FileManager.default.moveItem(at: file, to: aside)
        let workspace = Result { try endings(run(registry, month: 0)) }
        try FileManager.default.moveItem(at: aside, to: file)
        if case .success(let found) = workspace { #expect(found == ["greeter@v1 unpromoted"]) }
        #expect(try !decisions().contains { $0.question == .retrain && $0.answer == "failed" })
        #expect(try endings(run(registry, month: 0)) == ["greeter@v1 settled"])
    }

    @Test("what a person trained after a failure is left to that person")
    func foreign() throws {
        let registry = try SmallRegistry()
        try declare(registry, "unattended:\n  promote: true\n")
        #expect(try endings(run(registry, month: 0, stopping: true)) == ["interrupted"])
        let now = SmallRegistry.moment(60).adding(months: 1)
        let request = TrainAdapter.Request(adapter: "greeter", options: TrainingOptions(), policy: nil, startsAnew: true)
        _ = try TrainAdapter(request, in: registry.open(), workingFolder: registry.folder.url)
            .run(by: SmallRegistry.actor, clock: { now }, shouldStop: { false }, observe: { _ in })
        #expect(try endings(run(registry, month: 1)) == [])
        #expect(try registry.open().registry.aliases(of: AdapterName("greeter"))[.production] == nil)
    }

    @Test("what the evidence gives up is trained no more")
    func retiring() throws {
        let registry = try SmallRegistry()
        #expect(try endings(run(registry, month: 0)) == ["greeter@v1"])
        let later = SmallRegistry.moment(60).adding(months: 13)
        let outcome = try ShouldRetire(in: registry.open(), workingFolder: registry.folder.url)
            .run("greeter", now: later, progress: { _, _, _ in })
        #expect(outcome.verdict.answer == .retire && outcome.verdict.rules.count == 3)
        #expect(try endings(run(registry, month: 13)) == ["waits: should_retire"])
    }

    @Test("the budget counts what maintenance itself began")
    func budget() throws {
        let registry = try SmallRegistry()
        try declare(registry, "unattended:\n  budget:\n    runs_per_day: 1\n")
        #expect(try endings(run(registry, month: 0)) == ["greeter@v1"])
        // due again the same day, for another reason
        try FileManager.default.removeItem(at: registry.folder.url.appending(path: "model/chat_template.jinja"))
        _ = try registry.policy(
            "retraining:\n  reactions:\n    chat_template: breaking\nunattended:\n  budget:\n    runs_per_day: 1\n")
        #expect(try endings(run(registry, month: 0)) == ["waits: runs_per_day"])
    }

    /// Each look at the clock is three hours later, so that a training takes three hours at least: 1.50 and more at 0.50 an hour.
    @Test(
        "a month's money is what the machine took, at the price of the policy or of the adapter",
        arguments: [
            ("machine_hour: 0.5", "", ["waits: money_per_month"]), ("machine_hour: 0", "", ["greeter@v2"]),
            ("machine_hour: 0.5", "costs:\n  machine_hour: 0\n", ["greeter@v2"]),
            ("machine_hour: 0", "costs:\n  machine_hour: 0.5\n", ["waits: money_per_month"]),
        ])
    func money(price: String, own: String, wanted: [String]) throws {
        let registry = try SmallRegistry()
        let budget = "unattended:\n  budget:\n    money_per_month: 1\ncosts:\n  \(price)\n"
        try declare(registry, budget)
        try registry.declare(own)
        var now = SmallRegistry.moment(60)
        func run() throws -> [String] {
            try endings(
                maintenance(registry).run(
                    nil, by: SmallRegistry.actor,
                    clock: {
                        now = now.adding(seconds: 3 * 3_600)
                        return now
                    }, shouldStop: { false }, observe: { _, _ in }))
        }
        #expect(try run() == ["greeter@v1"])
        try FileManager.default.removeItem(at: registry.folder.url.appending(path: "model/chat_template.jinja"))
        _ = try registry.policy("retraining:\n  reactions:\n    chat_template: breaking\n" + budget)
        let outcome = try run()
        #expect(outcome == wanted)
    }

    @Test("an adapter with a price that cannot be meant is not judged, and hides no other")
    func badPrice() throws {
        let registry = try SmallRegistry()
        try registry.declare("costs:\n  machine_hour: -1\n")
        let plan = try RetrainCheck(in: registry.open(), workingFolder: registry.folder.url).run(
            nil, now: SmallRegistry.moment(60))
        #expect(
            plan.unjudged.map(\.name) == ["greeter"]
                && plan.unjudged[0].explanation.place?.hasSuffix("costs.machine_hour") == true)
    }

    @Test("one process at a time")
    func locked() throws {
        let registry = try SmallRegistry()
        let lock = try registry.open().registry.maintenanceLock(holder: "somebody")
        withExtendedLifetime(lock) {
            let error = #expect(throws: RunError.self) { try run(registry, month: 0) }
            #expect(error == .maintenanceHeld(holder: "somebody"))
        }
    }
}
