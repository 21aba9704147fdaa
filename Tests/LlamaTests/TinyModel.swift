import Foundation
import Randomness
import Tensors
import TestSupport
import Testing

@testable import Llama

/// A golden model with an adapter of which every pair does something, and rows to train on.
struct TinyModel {
    let model: LlamaModel
    let adapter: LoRAAdapter
    let batch: TokenBatch

    init(_ name: String = "tiny-llama", _ configuration: LoRAConfiguration = LoRAConfiguration(rank: 4, alpha: 8)) throws {
        model = try LlamaModel(folder: Fixture.golden(name), precision: .fp32)
        adapter = try Self.trained(configuration, model.configuration)
        batch = TokenBatch([Self.row(17, from: 3), Self.row(30, from: 0), Self.row(2, from: 1)])
    }

    /// A fresh adapter whose B are no longer zero.
    static func trained(_ configuration: LoRAConfiguration, _ model: ModelConfiguration) throws -> LoRAAdapter {
        var adapter = try LoRAAdapter(fresh: configuration, for: model, seed: 7)
        var random = SplitMix64(seed: 11)
        for index in adapter.pairs.indices {
            for row in 0..<adapter.pairs[index].b.rows {
                for column in 0..<adapter.pairs[index].b.columns {
                    adapter.pairs[index].b[row, column] = Float(random.unit() - 0.5) / 4
                }
            }
        }
        return adapter
    }

    /// Tokens that are the same in every run; labels from one position on.
    static func row(_ length: Int, from supervised: Int) -> TokenBatch.Row {
        let tokens = (0..<length).map { Int32(($0 * 37 + length * 11) % 500 + 3) }
        return TokenBatch.Row(
            tokens: tokens, labels: tokens.enumerated().map { $0.offset < supervised ? TokenBatch.ignored : $0.element })
    }

    static let start = DropoutPosition(seed: 1, step: 2, microStep: 3)

    func gradients(
        _ batch: TokenBatch? = nil, adapter: LoRAAdapter? = nil, recompute: Bool = false, at position: DropoutPosition = start
    ) throws -> (loss: LossSum, gradients: LoRAGradients) {
        var gradients = LoRAGradients(for: self.adapter)
        let loss = try model.accumulateGradients(
            of: batch ?? self.batch, adapter: adapter ?? self.adapter, lossScale: 0.5, recompute: recompute, dropout: position,
            into: &gradients)
        return (loss, gradients)
    }
}

extension LlamaModel {
    /// One micro-batch, all blocks computed again or none.
    func accumulateGradients(
        of batch: TokenBatch, adapter: LoRAAdapter?, lossScale: Double, recompute: Bool, dropout: DropoutPosition,
        into gradients: inout LoRAGradients
    ) throws -> LossSum {
        let layout = StepLayout(
            recomputedLayers: recompute ? configuration.layerCount : 0,
            logitRows: Self.logitRows(vocabulary: configuration.vocabularySize))
        return try #require(
            try accumulateGradients(
                of: [MicroBatch(batch, dropout: dropout)], adapter: adapter, lossScale: lossScale, layout: layout,
                shouldStop: { false }, into: &gradients))
    }
}
