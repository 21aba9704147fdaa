import Foundation
import Llama
import StrictJSON
import Tensors
import TestSupport
import Testing

@testable import Training

/// A hundred steps on rows that can be learnt, held against PyTorch and PEFT in 32 bits: Scripts/make_long_run_golden.py.
@Suite struct HundredStepsTests {
    private struct Golden {
        let losses: [Double]
        /// Of all rows, after the last step.
        let finalLoss: Double
        let examples: [EncodedRow]

        init(_ model: String) throws {
            let file = try JSONValue(contentsOf: Fixture.root.appending(path: "training/hundred_steps.json"))
            let found = try #require(file["models"]?[model])
            losses = try #require(found["losses"]?.arrayValue).compactMap(\.doubleValue)
            finalLoss = try #require(found["final_loss"]?.doubleValue)
            let lines = try #require(file["rows"]?.arrayValue).map { JSONValue.object(JSONObject([("input_ids", $0)])).text() }
            let rows = try DataFile(path: "rows.jsonl", text: Data(lines.joined(separator: "\n").utf8))
            let encoder = RowEncoder(
                tokenizer: nil, vocabularySize: 512, maxLength: 2048, completionOnlyLoss: true,
                chatDate: CalendarDay("2024-07-26")!)
            examples = try Dataset(rows, encoder: encoder).examples
        }
    }

    private func plan(_ arithmetic: Arithmetic) throws -> TrainingPlan {
        var options = TrainingOptions()
        options.method = .lora
        options.precision = arithmetic
        options.optimizer = .adamW
        (options.learningRate, options.warmup) = (0.005, 5)
        (options.batchSize, options.accumulation, options.maxSteps) = (4, 1, 100)
        options.maxGradNorm = 0
        options.shuffle = false
        return try TrainingPlan(typed: options)
    }

    /// The loss of each step, and that of all rows after the last.
    private func train(_ model: String, _ arithmetic: Arithmetic, _ golden: Golden) throws -> (steps: [Double], final: Double) {
        let plan = try plan(arithmetic)
        let base = try LlamaModel(
            folder: Fixture.golden(model), precision: arithmetic == .bf16 ? .bf16 : .fp32, arithmetic: arithmetic)
        let first = try PEFTFolder(reading: Fixture.golden("lora/\(model)/adapter_init"), for: base.configuration).adapter
        var state = TrainingState(starting: TrainedWeights(first), plan: plan)
        var losses: [Double] = []
        let run = TrainingRun(base: .frozen(base), plan: plan, examples: golden.examples)
        let reason = try run.run(&state, seconds: { 0 }, shouldStop: { false }) { report, _ in losses.append(report.loss) }
        #expect(reason == .finished)
        let scores = try RowScoring.score(golden.examples, model: base, adapter: state.weights.adapter)
        let (sum, tokens) = scores.reduce((0.0, 0)) { ($0.0 - $1.sumLogProbability, $0.1 + $1.supervisedTokens) }
        return (losses, sum / Double(tokens))
    }

    /// One per cent is the promise for brain floats; 32-bit floats round 65,536 times finer, and Adam amplifies what they round: a
    /// thousandth.
    @Test(arguments: ["tiny-llama", "tiny-llama3-rope"], [(Arithmetic.bf16, 0.01), (.fp32, 0.001)])
    func `the loss after a hundred steps is that of PEFT in 32 bits`(
        _ model: String, _ promise: (arithmetic: Arithmetic, share: Double)
    ) throws {
        let golden = try Golden(model)
        // the golden itself learns: where nothing is learnt any arithmetic would do
        try #require(golden.losses.count == 100 && golden.losses[0] > 7 && golden.finalLoss < 0.8)
        let found = try train(model, promise.arithmetic, golden)
        #expect(abs(found.final / golden.finalLoss - 1) < promise.share, "\(found.final) for \(golden.finalLoss)")
        let (ours, theirs) = (found.steps.suffix(20).reduce(0, +), golden.losses.suffix(20).reduce(0, +))
        #expect(abs(ours / theirs - 1) < promise.share, "\(ours / 20) for \(theirs / 20) in the last 20 steps")
    }
}
