import Foundation
import Llama
import StrictJSON
import TestSupport
import Testing

@testable import Training

@Suite struct TrainingEstimateTests {
    private func configuration(_ members: JSONValue) throws -> ModelConfiguration {
        let folder = try TemporaryFolder()
        try members.data(.pretty).write(to: folder.url.appending(path: "config.json"))
        return try ModelConfiguration(folder: folder.url)
    }

    /// Llama 2 7B, whose sizes are known: 6,476,005,376 weights in the linears, 262,144,000 in embedding and head.
    private func sevenBillion() throws -> ModelConfiguration {
        try configuration([
            "architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, "intermediate_size": 11008,
            "num_hidden_layers": 32, "num_attention_heads": 32, "num_key_value_heads": 32, "vocab_size": 32000,
            "max_position_embeddings": 4096, "rms_norm_eps": 1e-5, "tie_word_embeddings": false, "torch_dtype": "bfloat16",
        ])
    }

    private func needed(_ model: ModelConfiguration, _ plan: TrainingPlan, tokens: Int) -> TrainingMemory {
        TrainingMemory(
            model, plan, StepLayout(plan, model), streams: false,
            TokenLoad(
                total: tokens, microBatch: tokens, supervised: tokens, sweep: tokens, scored: 0, scoredKeys: 0, scoredPlaces: 0))
    }

    private func done(_ model: ModelConfiguration, _ plan: TrainingPlan, rows: [EncodedRow]) -> TrainingWork {
        TrainingWork(model, plan, StepLayout(plan, model), rows: rows)
    }

    private func plan(_ members: (String, JSONValue)...) throws -> TrainingPlan {
        try TrainingPlan(typed: TrainingOptions(declared: JSONObject(members)))
    }

    @Test func fourBitWeightsTakeTheirCodesAndScales() throws {
        let memory = needed(try sevenBillion(), try plan(), tokens: 1024)
        // 4 bits a weight, 8 bits for 64 of them, 32 bits for 64 · 256: 4.127 bits (Dettmers and others 2023); and 2 bytes a table entry.
        let expected = 6_476_005_376.0 * (4 + 8.0 / 64 + 32.0 / (64 * 256)) / 8 + 2 * 262_144_000
        #expect(abs(Double(memory.weights) - expected) < 1000)
    }

    @Test func theAdapterCountsAsPEFTCountsIt() throws {
        // PEFT's print_trainable_parameters for r 16 on all seven linears of Llama 2 7B: 39,976,960.
        #expect(try sevenBillion().pairSizes(of: plan()).reduce(0, +) == 39_976_960)
        let memory = needed(try sevenBillion(), try plan(("optim", "adamw")), tokens: 1)
        #expect(memory.adapter == 8 * 39_976_960 && memory.moments == 8 * 39_976_960)
        let eight = needed(try sevenBillion(), try plan(), tokens: 1)
        #expect(eight.moments < memory.moments * 27 / 100)
    }

    @Test func theGoldenModelsAdapterHasAsManyParametersAsTheSumSays() throws {
        let model = try ModelConfiguration(folder: TrainingBench.base)
        let adapter = try LoRAAdapter(fresh: plan().adapterConfiguration, for: model, seed: 1)
        #expect(try model.pairSizes(of: plan()).reduce(0, +) == adapter.parameterCount)
    }

    @Test func recomputingTakesLessMemoryAndMoreWork() throws {
        let (model, rows) = (try sevenBillion(), try TrainingBench.dataset().examples)
        let (keeps, again) = (try plan(("gradient_checkpointing", false)), try plan())
        let (kept, less) = [keeps, again].map { needed(model, $0, tokens: 1024) }.pair
        #expect(less.activations < kept.activations / 4 && less.weights == kept.weights)
        let (four, six) = [keeps, again].map { done(model, $0, rows: rows) }.pair
        // Operations per token: 4N without recomputing, 6N with; pairs, attention and head add a little.
        #expect((4..<4.4).contains(four.flopsPerToken / 6.476e9) && (6..<6.4).contains(six.flopsPerToken / 6.476e9))
    }

    @Test func theWorkIsThatOfTheSteps() throws {
        let rows = try TrainingBench.dataset().examples
        let read = rows.reduce(0) { $0 + $1.tokens.count }
        // Nine rows in twos, two micro-batches to a step: three steps an epoch.
        let work = done(
            try sevenBillion(), try plan(("max_steps", 9), ("gradient_accumulation_steps", 2)), rows: rows)
        #expect(work.steps == 9 && work.tokens == 3 * read)
    }

    @Test func timeAndCostFollowFromTheSpeed() throws {
        func estimate(probed: Double?, price: Double?, memory: Int = 64_000_000_000) throws -> TrainingEstimate {
            let (model, rows) = (try sevenBillion(), try TrainingBench.dataset().examples)
            return TrainingEstimate(
                model: model, fit: try MemoryFit(plan(("max_steps", 9)), model, rows: rows), rows: rows,
                extensionFactor: 2, physicalMemory: memory, probed: probed, pricePerHour: price)
        }
        let known = try estimate(probed: 10, price: 3.6)
        let seconds = Double(known.work.tokens) / 10
        #expect(known.here.seconds == seconds && known.here.cost == 3.6 * seconds / 3600 && known.here.fits)
        let unknown = try estimate(probed: nil, price: 3.6, memory: 2_000_000_000)
        #expect(unknown.here.seconds == nil && unknown.here.cost == nil && !unknown.here.fits)
        #expect(unknown.cards.map(\.fits) == [true, true, true] && unknown.cards.allSatisfy { $0.cost != nil })
        #expect(known.json["memory_bytes"]?["total"]?.intValue == known.memory.total)
    }

    @Test func theProbeSaysHowFastTheSecondStepWasAndKeepsNothing() throws {
        let bench = try TrainingBench()
        let examples = try TrainingBench.dataset().examples
        var now = 0.0
        let speed = try TrainingProbe.tokensPerSecond(.frozen(bench.model), plan: bench.plan, examples: examples) {
            now += 0.5
            return now
        }
        let tokens = Batches(rowCount: 9, plan: bench.plan).microBatches(ofStep: 1).joined()
            .reduce(0) { $0 + examples[$1].tokens.count }
        #expect(speed == Double(tokens) / 0.5)
        #expect(try bench.store.steps().isEmpty)
    }
}

extension [TrainingMemory] {
    fileprivate var pair: (TrainingMemory, TrainingMemory) { (self[0], self[1]) }
}

extension [TrainingWork] {
    fileprivate var pair: (TrainingWork, TrainingWork) { (self[0], self[1]) }
}
