import DurableFiles
import Foundation
import Llama
import StrictJSON
import Tensors
import TestSupport
import Testing

@testable import Training

/// Steps of full fine-tuning against torch and transformers (Scripts/make_full_training_goldens.py).
@Suite struct FullTrajectoryTests {
    /// Biases and a tied head; norms on heads and a head of its own, in shards; biases everywhere.
    static let names = ["qwen2-window-tied", "qwen3-shards", "llama-yarn-biases"]

    private struct Golden {
        let info: JSONValue
        let file: SafetensorsFile
        let base: URL

        init(_ name: String) throws {
            let folder = Fixture.root.appending(path: "training/full")
            info = try JSONValue(contentsOf: folder.appending(path: "\(name).json"))
            file = try SafetensorsFile(opening: folder.appending(path: "\(name).safetensors"))
            base = Fixture.root.appending(path: "models/\(name)")
        }

        func numbers(_ key: String) throws -> [Double] { try #require(info[key]?.arrayValue).compactMap(\.doubleValue) }

        /// The golden's batches as pre-tokenized rows, read by the same reader as anybody's.
        func dataset() throws -> Dataset {
            let columns = try ["input_ids", "labels", "attention_mask"].map { try file.bytes(named: $0).asInt64() }
            let width = try #require(file.entry(named: "input_ids")).shape[1]
            let lines = (0..<columns[0].count / width).map { row in
                let parts = columns.map { JSONValue.array($0[row * width..<(row + 1) * width].map { .integer(Int($0)) }) }
                let line: JSONValue = ["input_ids": parts[0], "labels": parts[1], "attention_mask": parts[2]]
                return line.text()
            }
            return try Dataset(
                DataFile(path: "batches.jsonl", text: Data(lines.joined(separator: "\n").utf8)),
                encoder: RowEncoder(
                    tokenizer: nil, vocabularySize: 64, maxLength: 64, completionOnlyLoss: true,
                    chatDate: CalendarDay("2024-07-26")!))
        }
    }

    private func plan(_ golden: Golden, _ members: (String, JSONValue)...) throws -> TrainingPlan {
        let settings = try #require(golden.info["settings"])
        var object = JSONObject([
            ("method", "full"), ("optim", "adamw"), ("lr_scheduler_type", "constant"), ("batch_size", 2),
            ("gradient_accumulation_steps", 1), ("shuffle", false), ("precision", "fp32"),
            ("max_steps", try #require(settings["steps"])), ("learning_rate", try #require(settings["learning_rate"])),
            ("weight_decay", try #require(settings["weight_decay"])), ("max_grad_norm", try #require(settings["max_grad_norm"])),
        ])
        for (key, value) in members { object[key] = value }
        return try TrainingPlan(typed: TrainingOptions(declared: object))
    }

    private func train(_ golden: Golden, _ plan: TrainingPlan) throws -> (reports: [StepReport], weights: ModelWeights) {
        let base = try TrainingBase(opening: golden.base, for: plan)
        var state = TrainingState(
            starting: TrainedWeights(try ModelWeights(reading: golden.base, for: base.configuration)), plan: plan)
        var reports: [StepReport] = []
        let run = TrainingRun(base: base, plan: plan, examples: try golden.dataset().examples)
        _ = try run.run(&state, seconds: { 0 }, shouldStop: { false }) { report, _ in reports.append(report) }
        return (reports, try #require(state.weights.model))
    }

    @Test(arguments: names, [true, false])
    func stepsFollowTheGolden(name: String, recomputes: Bool) throws {
        let golden = try Golden(name)
        let (reports, weights) = try train(golden, plan(golden, ("gradient_checkpointing", .bool(recomputes))))
        let (losses, norms) = (try golden.numbers("losses"), try golden.numbers("grad_norms"))
        try #require(reports.count == losses.count)
        for (index, report) in reports.enumerated() {
            // Both sides compute in 32 bits and sum in different orders.
            #expect(abs(report.loss - losses[index]) < 1e-5 * losses[index], "step \(report.step)")
            #expect(abs(report.gradNorm - norms[index]) < 1e-4 * norms[index], "step \(report.step)")
        }
        for parameter in weights.parameters {
            let expected = try golden.file.float32(named: "weight." + parameter.name)
            let differences = zip(weights[parameter.name].values, expected).map { abs($0 - $1) }
            // Adam moves a weight by about the rate of 1e-3 however small its gradient, so one whose gradient is near zero may be off
            // by a part of a step; the average is not.
            #expect(differences.reduce(0, +) / Float(differences.count) < 1e-6, "\(parameter.name)")
            #expect(try #require(differences.max()) < 2e-4, "\(parameter.name)")
        }
    }

    /// Brain floats round each factor by up to 2⁻⁹; the losses here fall by 0.7 in four steps.
    @Test(arguments: names)
    func brainFloatsStayNearTheGolden(name: String) throws {
        let golden = try Golden(name)
        let (reports, _) = try train(golden, plan(golden, ("precision", "bf16")))
        for (report, loss) in zip(reports, try golden.numbers("losses")) { #expect(abs(report.loss - loss) < 1e-2 * loss) }
    }

    @Test func accumulationEqualsOneBigBatch() throws {
        let golden = try Golden("qwen3-shards")
        let small = try train(golden, plan(golden, ("gradient_accumulation_steps", 4), ("max_steps", 1)))
        let large = try train(golden, plan(golden, ("batch_size", 8), ("max_steps", 1)))
        #expect(abs(small.reports[0].loss - large.reports[0].loss) < 1e-5)
        #expect(abs(small.reports[0].gradNorm - large.reports[0].gradNorm) < 1e-4)
    }
}
