import Adapters
import Digests
import Foundation
import Lifecycle
import Registry
import StrictJSON
import TestSupport
import Testing
import Training

@Suite("The run rule over a declared adapter")
struct RunRuleTests {
    private let greeter: AdapterName

    init() throws { greeter = try AdapterName("greeter") }

    /// Any loss counts as falling, so every run takes its twice 30 steps.
    private let extends = "run_rule:\n  falling:\n    by: 0.0\n    over: 9\n  patience: 1000\n"
    /// Every loss counts as high, no loss as falling.
    private let underfits =
        "run_rule:\n  falling:\n    by: 1.0\n  underfitting:\n    training_loss_above: 0\n    held_out_loss_above: 0\n"

    private func released(_ outcome: TrainAdapter.Outcome) throws -> Receipt {
        guard case .admitted(let receipt) = outcome else { throw CancellationError() }
        return receipt
    }

    private func checkedOut(_ registry: SmallRegistry, _ receipt: Receipt) throws -> URL {
        let target = registry.folder.url.appending(path: "out-\(receipt.version.number)")
        try registry.open().versions.checkOut(receipt.version, to: target)
        return target
    }

    private func digest(_ registry: SmallRegistry, _ receipt: Receipt) throws -> ContentDigest {
        try ContentDigest(ofFile: checkedOut(registry, receipt).appending(path: "adapter_model.safetensors"))
    }

    @Test("the reason for stopping stands in lineage, evaluation, trainer state and tag")
    func evidence() throws {
        let registry = try SmallRegistry()
        let receipt = try released(registry.train())
        let folder = try checkedOut(registry, receipt)
        let reason = receipt.training.stop.rawValue
        #expect(try JSONValue(contentsOf: folder.appending(path: "lineage.json"))["stop_reason"]?.stringValue == reason)
        let proof = try JSONValue(contentsOf: folder.appending(path: "evaluation.json"))
        #expect(proof["training"] == receipt.training.json)
        #expect(try RunConclusion(ofCandidate: folder) == receipt.training)
        let message = try registry.open().versions.message(of: receipt.version)
        #expect(message.trailers.first { $0.key == "Stop-Reason" }?.value == reason)
        #expect(message.trailers.contains { $0.key == "Metric-Eval-Loss" })
        let plan = try registry.open().registry.version(receipt.version).lineage.settings
        #expect(plan["run_rule"]?["extend_to"] == 2, "the thresholds that decided are recorded")
    }

    @Test("an extended run that is stopped before and after its planned steps ends with the same bytes and reasons")
    func resumedExtension() throws {
        let (whole, stopped) = (try SmallRegistry(), try SmallRegistry())
        let expected = try released(whole.train(policy: whole.policy(extends)))
        #expect(expected.training.stop == .extendedSteps && expected.training.step == 60)
        for steps in [7, 33] {
            guard case .interrupted(_, let step) = try stopped.train(stoppingAfter: steps, policy: stopped.policy(extends)) else {
                Issue.record("not interrupted at \(steps)")
                return
            }
            #expect(step == steps)
        }
        let receipt = try released(stopped.train(policy: stopped.policy(extends)))
        #expect(receipt.training == expected.training)
        #expect(try digest(stopped, receipt) == digest(whole, expected))
        #expect(try stopped.open().registry.runs(of: greeter).count == 1)
    }

    @Test("another rule is another run")
    func otherRule() throws {
        let registry = try SmallRegistry()
        _ = try registry.train(stoppingAfter: 7)
        _ = try released(registry.train(policy: registry.policy(extends)))
        #expect(try registry.open().registry.runs(of: greeter).count == 2)
    }

    @Test("a run that underfits is released with the rank it proposes, unless it may escalate")
    func proposal() throws {
        let registry = try SmallRegistry()
        let receipt = try released(registry.train(policy: registry.policy(underfits)))
        #expect(receipt.training.stop == .underfitting && receipt.training.proposedRank == 32)
        #expect(try registry.open().registry.runs(of: greeter).count == 1)
    }

    @Test("escalating trains afresh at the policy's rank, and the evidence names the first run")
    func escalation() throws {
        let registry = try SmallRegistry()
        var escalated: (from: RunID, rank: Int)?
        let outcome = try registry.train(policy: registry.policy(underfits), escalates: true) { event in
            if case .escalated(_, let from, let rank) = event { escalated = (from, rank) }
        }
        let receipt = try released(outcome)
        #expect(escalated?.from == RunID(1) && escalated?.rank == 32)
        #expect(receipt.training.precursor == "run-1" && receipt.training.proposedRank == nil)
        let runs = try registry.open().registry.runs(of: greeter)
        #expect(runs.count == 2)
        guard case .rejected(let reason) = runs[0].end?.outcome else { Issue.record("\(runs[0])"); return }
        #expect(reason.contains("underfits"))
        let lineage = try registry.open().registry.version(receipt.version).lineage
        #expect(lineage.run == RunID(2) && lineage.plan?.json["escalated_from"] == "run-1")
        #expect(lineage.plan?.json["r"] == 32 && lineage.plan?.json["lora_alpha"]?.doubleValue == 32)
        let message = try registry.open().versions.message(of: receipt.version)
        #expect(message.trailers.first { $0.key == "Rank" }?.value == "32")
        #expect(message.trailers.first { $0.key == "Escalated-From" }?.value == "run-1")
    }

    @Test("an escalation that is stopped in its second run goes on with that run")
    func resumedEscalation() throws {
        let (whole, stopped) = (try SmallRegistry(), try SmallRegistry())
        let expected = try released(whole.train(policy: whole.policy(underfits), escalates: true))
        let policy = try stopped.policy(underfits)
        // 30 steps of the first run; `stoppingAfter` counts the steps of the run under way.
        var runs = 0
        let request = TrainAdapter.Request(
            adapter: "greeter", options: TrainingOptions(), policy: policy, startsAnew: false, escalates: true)
        var step = 0
        let outcome = try TrainAdapter(request, in: stopped.open(), workingFolder: stopped.folder.url).run(
            by: SmallRegistry.actor, clock: { SmallRegistry.moment(60) }, shouldStop: { runs == 2 && step >= 5 },
            observe: { event in
                switch event {
                case .began, .escalated: runs += 1; step = 0
                case .training(.step(let report)): step = report.step
                default: break
                }
            })
        guard case .interrupted(let run, let last) = outcome else { Issue.record("\(outcome)"); return }
        #expect(run == RunID(2) && last == 5)
        let receipt = try released(stopped.train(policy: policy, escalates: true))
        #expect(try stopped.open().registry.runs(of: greeter).count == 2)
        #expect(receipt.training == expected.training)
        #expect(try digest(stopped, receipt) == digest(whole, expected))
    }
}
