import Digests
import Foundation
import Llama
import StrictJSON
import Tensors
import TestSupport
import Testing

@testable import Training

/// Full fine-tuning as a job: plan, checkpoints, resuming, and the folder it leaves.
@Suite struct FullTrainingTests {
    private static func options(_ members: [(String, JSONValue)] = []) -> [(String, JSONValue)] {
        [("method", "full"), ("learning_rate", 0.001), ("max_steps", 6)] + members
    }

    private static func bench(_ members: [(String, JSONValue)] = []) throws -> TrainingBench {
        try TrainingBench(options(members))
    }

    @Test func thePlanHasNoAdapterAndALowerRate() throws {
        let plan = try TrainingPlan(typed: TrainingOptions(declared: JSONObject([("method", "full")])), stored: .bf16)
        #expect(plan.learningRate == 2e-5 && plan.storage == .fp32)
        for option in TrainingOption.allCases {
            let isUnset = option == .epochs || option == .memoryBudget
            #expect((plan[option] == nil) == (option.describesAdapter || isUnset))
        }
        let given: [(String, JSONValue, TrainingOption)] = [
            ("r", 8, .rank), ("lora_alpha", 16, .alpha), ("lora_dropout", 0, .dropout), ("bias", "none", .bias),
            ("target_modules", "all-linear", .targetModules), ("use_rslora", false, .usesRSLoRA),
        ]
        for (name, value, option) in given {
            let options = try TrainingOptions(declared: JSONObject([("method", "full"), (name, value)]))
            #expect(throws: PlanError.needsAdapter(option, .full)) { try TrainingPlan(typed: options) }
        }
    }

    @Test func theFolderIsAWholeModelThatCanBeABase() throws {
        let bench = try Self.bench()
        guard case .finished(let candidate) = try bench.train(bench.job()).outcome else { Issue.record("not finished"); return }
        let names = try FileManager.default.contentsOfDirectory(atPath: candidate.folder.path).sorted()
        #expect(
            names == [
                "README.md", "chat_template.jinja", "config.json", "expected.json", "generation_config.json",
                "model.safetensors", "tokenizer.json", "tokenizer_config.json", "trainer_state.json",
            ])
        let model = try LlamaModel(folder: candidate.folder, precision: .fp32)
        let before = try LlamaModel(folder: TrainingBench.base, precision: .fp32)
        let rows = try TrainingBench.dataset().examples
        func loss(_ model: LlamaModel) throws -> Double {
            try RowScoring.score(rows, model: model, adapter: nil).reduce(0) { $0 - $1.sumLogProbability }
        }
        #expect(try loss(model) < loss(before))
        let card = try String(contentsOf: candidate.folder.appending(path: "README.md"), encoding: .utf8)
        #expect(card.contains("- base_model:finetune:golden/tiny-llama") && card.contains("| method | full |"))
        #expect(!card.contains("lora_alpha"))
        #expect(try candidate.digest == ContentDigest(ofFile: candidate.folder.appending(path: "model.safetensors")))
    }

    @Test(arguments: ["adamw", "adamw_8bit"], ["fp32", "bf16"])
    func stoppingAtAnyStepChangesNothing(optimizer: String, precision: String) throws {
        let options: [(String, JSONValue)] = [("optim", .string(optimizer)), ("precision", .string(precision))]
        let whole = try Self.bench(options)
        let expected = try whole.digest(whole.job())
        for stop in 1..<6 {
            let bench = try Self.bench(options)
            guard case .interrupted(stop) = try bench.train(bench.job(), stoppingAfter: stop).outcome else {
                Issue.record("the run was not interrupted at \(stop)")
                continue
            }
            #expect(try bench.train(bench.job(), stoppingAfter: stop).events.first == .started(step: stop, totalSteps: 6))
            #expect(try bench.digest(bench.job()) == expected, "stopped after step \(stop)")
            let state = bench.out.appending(path: "trainer_state.json")
            #expect(try Data(contentsOf: state) == Data(contentsOf: whole.out.appending(path: "trainer_state.json")))
        }
    }

    @Test func recomputingChangesNoByte() throws {
        let (with, without) = (try Self.bench(), try Self.bench([("gradient_checkpointing", false)]))
        #expect(try with.digest(with.job()) == without.digest(without.job()))
    }

    @Test func aDamagedCheckpointIsRefused() throws {
        let bench = try Self.bench()
        _ = try bench.train(bench.job(), stoppingAfter: 3)
        let folder = bench.store.folder(ofStep: 3)
        let file = folder.appending(path: "model.safetensors")
        var bytes = try Data(contentsOf: file)
        bytes[bytes.count - 5] ^= 1
        try bytes.write(to: file)
        #expect(throws: CheckpointError.damagedFile("model.safetensors", folder: folder.path)) { try bench.train(bench.job()) }
    }

    @Test func aCheckpointOfAnotherMethodIsRefused() throws {
        let adapter = try TrainingBench([("max_steps", 6)])
        _ = try adapter.train(adapter.job(), stoppingAfter: 3)
        let full = try Self.bench()
        try FileManager.default.moveItem(at: adapter.checkpoints, to: full.checkpoints)
        #expect(throws: CheckpointError.otherRun(.plan, folder: full.store.folder(ofStep: 3).path)) {
            try full.train(full.job())
        }
    }

    @Test func theBestStepIsTheCandidateAndNoRankIsProposed() throws {
        let bench = try Self.bench([("eval_steps", 2)])
        // both limits at zero: every loss is too high
        let limits = RunLimits(
            gain: 1, window: 2, extensionFactor: 2, patience: 8, highTrainingLoss: 0, highHeldOutLoss: 0, escalationRank: 32)
        let rows = try TrainingBench.dataset(rows: 4, seed: 99).encoded
        let supervision = RunSupervision(
            watchdog: LossWatchdog.Limits(factor: 100, margin: 100, steps: 5),
            heldOut: try RunSupervision.HeldOut(rows, of: "held_out.jsonl", limits: limits))
        let (outcome, _) = try bench.train(bench.job(supervision: supervision))
        guard case .finished(let candidate) = outcome else { Issue.record("not finished"); return }
        #expect(candidate.conclusion.stop == .underfitting && candidate.conclusion.proposedRank == nil)
        let best = try #require(candidate.conclusion.best)
        let scores = try RowScoring.score(rows, model: LlamaModel(folder: candidate.folder, precision: .fp32), adapter: nil)
        let loss = scores.reduce(0) { $0 - $1.sumLogProbability } / Double(scores.reduce(0) { $0 + $1.supervisedTokens })
        #expect(abs(loss - best.heldOutLoss) < 1e-6)
    }

    @Test func theTypeThatIsAskedForIsStored() throws {
        let bench = try Self.bench([("max_steps", 1)])
        _ = try bench.train(bench.job(storedType: .bf16))
        #expect(try ModelWeights.storedType(of: bench.out) == .bf16)
        #expect(try JSONValue(contentsOf: bench.out.appending(path: "config.json"))["torch_dtype"] == "bfloat16")
    }

    @Test func anAdapterToStartFromIsRefused() throws {
        let bench = try Self.bench()
        let job = TrainingJob(
            plan: bench.plan, base: TrainingBench.base, baseReference: BaseReference(name: "x"),
            dataset: try TrainingBench.dataset(), parent: Fixture.golden("lora/tiny-llama/adapter_init"),
            checkpoints: bench.checkpoints, output: bench.out)
        #expect(throws: TrainingFault.parentOfWholeModel) { try bench.train(job) }
    }

    @Test func aFailedStepLeavesTheWeightsOfTheStepBefore() throws {
        let bench = try Self.bench()
        let base = try TrainingBase(opening: TrainingBench.base, for: bench.plan)
        var weights = try ModelWeights(reading: TrainingBench.base, for: base.configuration)
        weights.change("model.layers.0.mlp.down_proj.weight") { $0.scale(by: 1e38) }
        var state = TrainingState(starting: TrainedWeights(weights), plan: bench.plan)
        let run = TrainingRun(base: base, plan: bench.plan, examples: try TrainingBench.dataset().examples)
        #expect(throws: TrainingFault.self) { try run.run(&state, seconds: { 0 }, shouldStop: { false }, afterStep: { _, _ in }) }
        #expect(state.weights.model == weights && state.step == 0)
    }

    @Test func memoryAndWorkKnowTheMethod() throws {
        let model = try ModelConfiguration(folder: TrainingBench.base)
        let (count, rows) = (model.parameterCount, try TrainingBench.dataset().examples)
        func memory(_ members: [(String, JSONValue)]) throws -> TrainingMemory {
            let plan = try Self.bench(members).plan
            return TrainingMemory(
                model, plan, StepLayout(plan, model), streams: false,
                TokenLoad(total: 32, microBatch: 32, supervised: 32, sweep: 32, scored: 0, scoredKeys: 0, scoredPlaces: 0))
        }
        let plain = try memory([("optim", "adamw"), ("precision", "fp32")])
        #expect(plain.weights == 4 * count && plain.adapter == 4 * count && plain.moments == 8 * count)
        #expect(try memory([("optim", "adamw"), ("precision", "bf16")]).weights == 6 * count)
        // the table of 512 rows keeps 32 bits
        let eight = try memory([("optim", "adamw_8bit"), ("precision", "fp32")]).moments
        #expect(eight < 8 * count && eight > 8 * 512 * model.hiddenSize)
        func work(_ plan: TrainingPlan) -> TrainingWork {
            TrainingWork(model, plan, StepLayout(plan, model), rows: rows)
        }
        let (full, lora) = (work(try Self.bench().plan), work(try TrainingBench([("method", "lora"), ("r", 1)]).plan))
        // gradients of linears and head: 2 of each 6 operations more, less what the pairs cost
        #expect(full.flopsPerToken > 1.05 * lora.flopsPerToken && full.flopsPerToken < 1.5 * lora.flopsPerToken)
    }
}
