import Foundation
import Tensors

/// A Llama-family model: frozen weights, and the wiring of embeddings, blocks and head.
public final class LlamaModel: Sendable {
    public let configuration: ModelConfiguration
    public let precision: BasePrecision
    /// Where the weights were read from.
    public let folder: URL
    /// Every end token of generation_config.json and config.json: generation stops at any of them.
    public let stopTokens: Set<Int32>

    /// Opens a Hugging Face model folder and keeps its linears as `precision` says.
    ///
    /// - Throws: `ConfigurationError`, `ModelWeightsError`, or what reading safetensors throws.
    public init(folder: URL, precision: BasePrecision) throws {
        fatalError("lands next")
    }

    /// The logits of every position of every row, [tokens, vocabulary] each.
    public func logits(of batch: TokenBatch, adapter: LoRAAdapter? = nil) throws -> [Matrix] {
        fatalError("lands next")
    }

    /// The log-likelihood of each row's supervised tokens. Head and cross-entropy see only those positions, in chunks.
    public func score(_ batch: TokenBatch, adapter: LoRAAdapter? = nil) throws -> [RowScore] {
        fatalError("lands next")
    }

    /// Adds the gradient of `lossScale · Σ −log p` to `gradients` and returns the sum itself.
    ///
    /// - Parameters:
    ///   - lossScale: 1 / supervised tokens of the whole optimizer step gives the gradient of the mean loss.
    ///   - recompute: keep only each block's input and compute the rest again on the way back (gradient checkpointing);
    ///     changes memory, not one bit of the result.
    ///   - dropout: where the step stands; decides the masks when the adapter's dropout is above 0.
    public func accumulateGradients(
        of batch: TokenBatch, adapter: LoRAAdapter, lossScale: Double, recompute: Bool, dropout: DropoutPosition,
        into gradients: inout LoRAGradients
    ) throws -> LossSum {
        fatalError("lands next")
    }

    /// log p of each continuation after `prefix`, which is computed once.
    public func labelScores(
        prefix: [Int32], continuations: [[Int32]], adapter: LoRAAdapter? = nil
    ) throws -> [Double] {
        fatalError("lands next")
    }
}
