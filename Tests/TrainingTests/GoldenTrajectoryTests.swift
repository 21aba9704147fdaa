import Foundation
import Llama
import StrictJSON
import Tensors
import TestSupport
import Testing

@testable import Training

/// Runs of AdamW over the golden models, held against PyTorch, transformers and PEFT (versions in each info.json).
@Suite struct GoldenTrajectoryTests {
    private static let models = ["tiny-llama", "tiny-llama3-rope"]

    /// The golden's batches as pre-tokenized rows, read by the same reader as anybody's.
    func dataset(_ model: String) throws -> Dataset {
        let file = try SafetensorsFile(opening: Fixture.golden("lora/\(model)/train_batches.safetensors"))
        let columns = try ["input_ids", "labels", "attention_mask"].map { try file.bytes(named: $0).asInt64() }
        let lines = (0..<40).map { row in
            let parts = columns.map { JSONValue.array($0[row * 32..<(row + 1) * 32].map { .integer(Int($0)) }) }
            let line: JSONValue = ["input_ids": parts[0], "labels": parts[1], "attention_mask": parts[2]]
            return line.text()
        }
        let rows = try DataFile(path: "batches.jsonl", text: Data(lines.joined(separator: "\n").utf8))
        return try Dataset(
            rows,
            encoder: RowEncoder(
                tokenizer: nil, vocabularySize: 512, maxLength: 2048, completionOnlyLoss: true,
                chatDate: CalendarDay("2024-07-26")!))
    }

    private func plan(_ members: JSONValue) throws -> TrainingPlan {
        var options = try TrainingOptions(declared: #require(members.objectValue))
        options.method = .lora
        options.optimizer = .adamW
        options.learningRate = 0.005
        options.warmup = 4
        options.batchSize = options.batchSize ?? 2
        options.shuffle = false
        return try TrainingPlan(typed: options)
    }

    /// Trains from the golden's first adapter; returns what each step said and the last adapter.
    private func train(_ model: String, _ plan: TrainingPlan) throws -> (reports: [StepReport], adapter: LoRAAdapter) {
        let base = try LlamaModel(folder: Fixture.golden(model), precision: plan.storage, arithmetic: plan.precision)
        let first = try PEFTFolder(reading: Fixture.golden("lora/\(model)/adapter_init"), for: base.configuration).adapter
        let run = TrainingRun(base: .frozen(base), plan: plan, examples: try dataset(model).examples)
        var state = TrainingState(starting: TrainedWeights(first), plan: plan)
        var reports: [StepReport] = []
        let reason = try run.run(&state, seconds: { 0 }, shouldStop: { false }) { report, _ in reports.append(report) }
        #expect(reason == .finished)
        return (reports, try #require(state.weights.adapter))
    }

    private func expect(_ reports: [StepReport], follow golden: JSONValue) throws {
        func numbers(_ key: String) throws -> [Double] { try #require(golden[key]?.arrayValue).compactMap(\.doubleValue) }
        let (losses, rates, norms) = (try numbers("losses"), try numbers("lr"), try numbers("grad_norm"))
        try #require(reports.count == losses.count)
        for (index, report) in reports.enumerated() {
            // Both sides compute in 32 bits and sum in different orders; Adam amplifies the difference a little every step.
            #expect(abs(report.loss - losses[index]) < 1e-3, "step \(report.step)")
            #expect(abs(report.gradNorm - norms[index]) < 2e-3 * norms[index], "step \(report.step)")
            // The same formula in double precision.
            #expect(abs(report.learningRate - rates[index]) < 1e-12, "step \(report.step)")
        }
    }

    /// Adam moves every weight by about the learning rate however small its gradient, so a rounding difference in a gradient
    /// near zero can turn a whole step: a few weights may differ by a step's worth (5e-3), the average by far less.
    private func expect(_ adapter: LoRAAdapter, isNear file: URL) throws {
        let golden = try SafetensorsFile(opening: file)
        var (differences, largest, count) = (0.0, 0.0, 0)
        for pair in adapter.pairs {
            for (name, matrix) in [(PEFTName.a(of: pair.module.path), pair.a), (PEFTName.b(of: pair.module.path), pair.b)] {
                for (ours, theirs) in zip(matrix.values, try golden.float32(named: name)) {
                    differences += Double(abs(ours - theirs))
                    largest = max(largest, Double(abs(ours - theirs)))
                    count += 1
                }
            }
        }
        #expect(count > 0 && differences / Double(count) < 1e-5)
        #expect(largest < 5e-3)
    }

    @Test(arguments: models, [true, false])
    func twentyStepsFollowTheGolden(model: String, recomputes: Bool) throws {
        let info = try JSONValue(contentsOf: Fixture.golden("lora/\(model)/info.json"))
        let plan = try plan([
            "gradient_accumulation_steps": 1, "max_steps": 20, "max_grad_norm": 0, "gradient_checkpointing": .bool(recomputes),
        ])
        let (reports, adapter) = try train(model, plan)
        try expect(reports, follow: #require(info["train"]))
        try expect(adapter, isNear: Fixture.golden("lora/\(model)/adapter_after_20_steps/adapter_model.safetensors"))
    }

    @Test(arguments: models)
    func accumulationAndClippingFollowTheGolden(model: String) throws {
        let info = try JSONValue(contentsOf: Fixture.golden("lora/\(model)/info.json"))
        let plan = try plan(["gradient_accumulation_steps": 2, "max_steps": 10, "max_grad_norm": 1])
        let (reports, adapter) = try train(model, plan)
        try expect(reports, follow: #require(info["train_accum2_clip1"]))
        try expect(adapter, isNear: Fixture.golden("lora/\(model)/adapter_accum2_clip1.safetensors"))
    }

    @Test func accumulationEqualsOneBigBatch() throws {
        let small = try train("tiny-llama", plan(["gradient_accumulation_steps": 4, "max_steps": 5]))
        let large = try train("tiny-llama", plan(["batch_size": 8, "gradient_accumulation_steps": 1, "max_steps": 5]))
        for (one, other) in zip(small.reports, large.reports) {
            // The same sums in 32 bits, in another order.
            #expect(abs(one.loss - other.loss) < 1e-4)
            #expect(abs(one.gradNorm - other.gradNorm) < 1e-3)
            #expect(one.tokens == other.tokens && one.supervisedTokens == other.supervisedTokens)
        }
    }
}
