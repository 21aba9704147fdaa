import Llama
import Tensors

/// The memory that a training takes, in bytes, by what takes it. All sums stand here; each states its formula.
///
/// N counts the weights of the linears, P those of the adapter, T the tokens of the largest micro-batch, V the vocabulary, L the
/// layers, h the hidden size, q and k the width of all query and key heads, i that of the feed-forward, r the rank.
public struct TrainingMemory: Sendable, Hashable {
    /// Linears as stored, plus embedding and head, which are never quantized. Where all are trained: masters in 32 bits, and what
    /// products in brain floats make of them.
    public let weights: Int
    /// 4P for the pairs and 4P for their gradients; where all weights are trained, their gradients alone.
    public let adapter: Int
    /// Both moments: 8P, or 2P and a scale per 256 in 8 bits.
    public let moments: Int
    public let activations: Int
    /// The chunk of logits that exists at once.
    public let logits: Int
    /// The largest linear, decoded for a product in 32 bits; brain floats are decoded into the cache.
    public let decoding: Int

    public var total: Int { weights + adapter + moments + activations + logits + decoding }
}

extension TrainingMemory {
    /// - Parameters:
    ///   - tokens: of the largest micro-batch.
    ///   - supervisedTokens: those of them that carry loss.
    init(_ model: ModelConfiguration, _ plan: TrainingPlan, tokens: Int, supervisedTokens: Int) {
        let sizes = model.linearModules.map { $0.inputs * $0.outputs }
        if plan.method.trainsAdapter {
            weights = sizes.reduce(0) { $0 + Self.bytes($1, plan) } + Self.tables(model, plan)
            let pairs = model.pairSizes(of: plan)
            adapter = 8 * pairs.reduce(0, +)
            moments = pairs.reduce(0) { $0 + Self.moments($1, plan.optimizer) }
        } else {
            weights = (plan.precision == .bf16 ? 6 : 4) * model.parameterCount
            adapter = 4 * model.parameterCount
            moments = model.parameters.reduce(0) {
                $0 + Self.moments($1.count, $1.role == .embedding ? .adamW : plan.optimizer)
            }
        }
        activations = tokens * Self.bytesPerToken(model, plan)
        let rows = min(supervisedTokens, LlamaModel.logitRows(vocabulary: model.vocabularySize))
        // their gradient takes their place in 32 bits, and half as much again as brain floats; packed once more for the head's own
        let width = plan.precision == .bf16 ? plan.method.trainsAdapter ? 6 : 8 : 4
        logits = width * rows * model.vocabularySize
        decoding = plan.storage == .fp32 || plan.precision == .bf16 ? 0 : 4 * min(sizes.max() ?? 0, Self.decodedChunk)
    }

    /// Floats of a weight that are decoded at once.
    private static let decodedChunk = 1 << 22

    /// NF4: n/2 codes, n/64 scales of 8 bits, n/(64·256) scales of those.
    private static func bytes(_ count: Int, _ plan: TrainingPlan) -> Int {
        switch plan.storage {
        case .nf4: count / 2 + count / 64 + 4 * count / (64 * 256)
        case .bf16: 2 * count
        case .fp32: 4 * count
        }
    }

    /// Vh, twice unless head and embedding are one; 16 bits where they are computed with or the file has them.
    private static func tables(_ model: ModelConfiguration, _ plan: TrainingPlan) -> Int {
        let isNarrow = plan.precision == .bf16 || plan.storage != .fp32 && model.isStoredInBrainFloats
        let width = isNarrow ? 2 : 4
        return width * model.vocabularySize * model.hiddenSize * (model.tiesWordEmbeddings ? 1 : 2)
    }

    private static func moments(_ count: Int, _ optimizer: OptimizerName) -> Int {
        // bitsandbytes keeps parameters of fewer than 4096 numbers in 32 bits.
        optimizer == .adamW || count < 4096 ? 8 * count : 2 * count + 8 * ((count + 255) / 256)
    }

    /// Kept of each block: the inputs and outputs of both norms, queries, keys, values, mixed values, gate and up, and what the pairs
    /// projected, 4h + 2q + 2k + 2i + 7r numbers of the arithmetic's width; SwiGLU's product is made again. When a block is recomputed,
    /// its input h alone, in 32 bits. Once, for the block under way, the same with its gradients, and 3h in 32 bits around the head.
    private static func bytesPerToken(_ model: ModelConfiguration, _ plan: TrainingPlan) -> Int {
        let (hidden, inner) = (model.hiddenSize, model.intermediateSize)
        let heads = 2 * (model.headCount + model.keyValueHeadCount) * model.headSize
        let ranks = plan.method.trainsAdapter ? 7 * plan.rank : 0
        let block = (plan.precision == .bf16 ? 2 : 4) * (4 * hidden + heads + 2 * inner + ranks)
        let kept = model.layerCount * (plan.gradientCheckpointing ? 4 * hidden : block)
        return kept + (plan.gradientCheckpointing ? 2 : 1) * block + 12 * hidden
    }
}

extension ModelConfiguration {
    /// Numbers in each A and B of the plan's adapter; none without one.
    func pairSizes(of plan: TrainingPlan) -> [Int] {
        guard plan.method.trainsAdapter else { return [] }
        let names = Set(plan.targetModules.map(\.rawValue))
        return linearModules.filter { module in names.contains { module.path.hasSuffix("." + $0) } }
            .flatMap { [plan.rank * $0.inputs, plan.rank * $0.outputs] }
    }

    fileprivate var isStoredInBrainFloats: Bool {
        (source["dtype"] ?? source["torch_dtype"])?.stringValue == "bfloat16"
    }
}
