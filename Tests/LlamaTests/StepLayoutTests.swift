import Foundation
import Tensors
import TestSupport
import Testing

@testable import Llama

/// Whatever is kept, made again, swept together or streamed: loss and gradients are the same bits.
@Suite struct StepLayoutTests {
    struct Outcome: Equatable {
        let loss: LossSum
        let gradients: LoRAGradients
    }

    private static let microBatches = [12, 30, 7].enumerated().map { index, length in
        MicroBatch(
            TokenBatch([TinyModel.row(length, from: 2), TinyModel.row(9, from: 4)]),
            dropout: DropoutPosition(seed: 1, step: 2, microStep: index))
    }

    private func outcome(
        _ model: LlamaModel, _ layout: StepLayout, _ microBatches: [MicroBatch] = microBatches
    ) throws -> Outcome {
        let adapter = try TinyModel.trained(LoRAConfiguration(rank: 4, alpha: 8, dropout: 0.2), model.configuration)
        var gradients = LoRAGradients(for: adapter)
        let loss = try #require(
            try model.accumulateGradients(
                of: microBatches, adapter: adapter, lossScale: 0.1, layout: layout, shouldStop: { false }, into: &gradients))
        #expect(gradients.norm > 0)
        return Outcome(loss: loss, gradients: gradients)
    }

    private func model(_ arithmetic: Arithmetic) throws -> LlamaModel {
        try LlamaModel(folder: Fixture.golden("tiny-llama"), precision: .nf4, arithmetic: arithmetic)
    }

    @Test(arguments: Arithmetic.allCases)
    func `any number of layers can be computed again`(_ arithmetic: Arithmetic) throws {
        let model = try model(arithmetic)
        let kept = try outcome(model, StepLayout(recomputedLayers: 0, logitRows: 64))
        for layers in 1...model.configuration.layerCount {
            #expect(try outcome(model, StepLayout(recomputedLayers: layers, logitRows: 64)) == kept)
        }
    }

    @Test(arguments: Arithmetic.allCases)
    func `micro-batches can be swept together`(_ arithmetic: Arithmetic) throws {
        let model = try model(arithmetic)
        let alone = try outcome(model, StepLayout(recomputedLayers: 1, logitRows: 64))
        for sweep in [2, 3, 8] {
            #expect(try outcome(model, StepLayout(recomputedLayers: 1, sweep: sweep, logitRows: 64)) == alone)
        }
    }

    @Test(arguments: Arithmetic.allCases)
    func `logits can be computed a few rows at a time`(_ arithmetic: Arithmetic) throws {
        let model = try model(arithmetic)
        let whole = try outcome(model, StepLayout(recomputedLayers: 0, logitRows: 1000))
        for rows in [1, 14, 28] {
            #expect(try outcome(model, StepLayout(recomputedLayers: 0, logitRows: rows)) == whole)
        }
    }

    @Test(arguments: Arithmetic.allCases)
    func `a streamed base computes the same bits`(_ arithmetic: Arithmetic) throws {
        let folder = try TemporaryFolder()
        let streamed = try LlamaModel(
            folder: Fixture.golden("tiny-llama"), precision: .nf4, arithmetic: arithmetic,
            cache: WeightCache(in: folder.url), streams: true)
        let whole = try model(arithmetic)
        let layout = StepLayout(recomputedLayers: 1, sweep: 3, logitRows: 64)
        #expect(try outcome(streamed, layout) == outcome(whole, StepLayout(recomputedLayers: 0, logitRows: 64)))
        let batch = Self.microBatches[0].batch
        #expect(try streamed.logits(of: batch) == whole.logits(of: batch))
        let scores = try [streamed, whole].map { try $0.labelScores(prefix: [3, 4], continuations: [[5, 6]]) }
        #expect(scores[0] == scores[1])
    }

    @Test func `what lies in no file cannot be streamed`() throws {
        let (folder, base) = (try TemporaryFolder(), Fixture.golden("tiny-llama"))
        try Data().write(to: folder.url.appending(path: "file"))
        let unwritable = WeightCache(in: folder.url.appending(path: "file/cache"))
        for (precision, cache) in [(BasePrecision.nf4, nil), (.nf4, unwritable), (.bf16, nil), (.fp32, nil)] {
            #expect(throws: ModelError.cannotStream(folder: base.path)) {
                try LlamaModel(folder: base, precision: precision, cache: cache, streams: true)
            }
        }
    }

    @Test func `a micro-batch without supervised tokens changes nothing`() throws {
        let model = try model(.fp32)
        let empty = MicroBatch(TokenBatch([TinyModel.row(9, from: 9)]), dropout: TinyModel.start)
        for sweep in [1, 4] {
            let layout = StepLayout(recomputedLayers: 1, sweep: sweep, logitRows: 64)
            #expect(try outcome(model, layout, [empty] + Self.microBatches) == outcome(model, layout))
        }
    }

    @Test func `a step can be stopped before each block`() throws {
        let model = try model(.fp32)
        let adapter = try TinyModel.trained(LoRAConfiguration(rank: 4, alpha: 8), model.configuration)
        let layers = model.configuration.layerCount
        for turn in 0..<2 * layers {
            var (gradients, asked) = (LoRAGradients(for: adapter), 0)
            let loss = try model.accumulateGradients(
                of: [Self.microBatches[0]], adapter: adapter, lossScale: 1,
                layout: StepLayout(recomputedLayers: 1, logitRows: 64),
                shouldStop: {
                    asked += 1
                    return asked > turn
                }, into: &gradients)
            #expect(loss == nil)
        }
    }
}
