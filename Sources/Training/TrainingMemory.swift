import Llama
import Tensors

/// The memory that a training takes, in bytes, by what takes it. All sums stand here; each states its formula.
///
/// N counts the weights of the linears, P those of the adapter, T the tokens of the largest micro-batch, V the vocabulary, L the
/// layers, h the hidden size, q and k the width of all query and key heads, i that of the feed-forward, r the rank.
public struct TrainingMemory: Sendable, Hashable {
    /// The program and its libraries, and 16 bytes for each token of the rows.
    public let process: Int
    /// Linears as stored, plus embedding and head, which are never quantized. Streamed: two layers and the larger table. Where all are
    /// trained: masters in 32 bits, and what products in brain floats make of them.
    public let weights: Int
    /// 4P for the pairs and 4P for their gradients; where all weights are trained, their gradients alone.
    public let adapter: Int
    /// Both moments: 8P, or 2P and a scale per 256 in 8 bits.
    public let moments: Int
    /// What is trained and its moments once more while they are written.
    public let checkpoint: Int
    /// Of a step, or of a batch of held-out rows where that takes more.
    public let activations: Int
    /// The chunk of logits that exists at once.
    public let logits: Int
    /// The 4-bit linears that share an input and are most together, decoded for the way back in 32 bits; all else is decoded into the cache.
    public let decoding: Int
    /// Whether there is an adapter at all.
    let trainsAdapter: Bool

    public var total: Int { parts.reduce(0) { $0 + $1.bytes } }

    /// Of the weights, those that lie in no mapped file.
    let unmappedWeights: Int

    /// What the pool of matrices holds.
    var pooled: Int { adapter + activations + logits + decoding + unmappedWeights }

    /// The terms of the sum, by name.
    public var parts: [(name: String, bytes: Int)] {
        [
            ("program and rows", process), ("weights", weights), (trainsAdapter ? "adapter and gradients" : "gradients", adapter),
            ("moments", moments),
            ("checkpoint", checkpoint), ("activations", activations), ("logits", logits), ("decoding", decoding),
        ]
    }
}

/// The tokens that decide how much memory a training takes.
struct TokenLoad: Sendable, Hashable {
    /// Of all rows, held-out ones too.
    let total: Int
    /// Of the largest micro-batch, and those of them that carry loss.
    let microBatch: Int
    let supervised: Int
    /// Of the micro-batches that are swept together.
    let sweep: Int
    /// Of the largest batch of held-out rows.
    let scored: Int
    /// Keys of that batch, each row's own.
    let scoredKeys: Int
    /// Tokens of that batch that carry loss.
    let scoredPlaces: Int
}

/// The lengths of rows, ordered once for all the ways that are tried: the longest decide, wherever the shuffle puts them.
struct RowLoads {
    private let total: Int
    private let scored: Int
    private let scoredKeys: Int
    private let scoredPlaces: Int
    /// Tokens, and supervised tokens, of the longest n rows.
    private let tokens: [Int]
    private let supervised: [Int]

    init(_ rows: [EncodedRow], heldOut: [EncodedRow], labels: Int) {
        total = (rows + heldOut).reduce(0) { $0 + $1.tokens.count }
        let lengths = heldOut.map(\.tokens.count)
        scored = LlamaModel.scoredTokens(lengths: lengths, labels: labels)
        scoredKeys = LlamaModel.scoredKeys(lengths: lengths, labels: labels)
        scoredPlaces = min(scored, labels * heldOut.reduce(0) { $0 + $1.supervisedCount })
        func sums(_ counts: [Int]) -> [Int] {
            counts.sorted(by: >).reduce(into: [0]) { sums, count in sums.append(sums[sums.count - 1] + count) }
        }
        tokens = sums(rows.map(\.tokens.count))
        supervised = sums(rows.map(\.supervisedCount))
    }

    func load(batchSize: Int, sweep: Int) -> TokenLoad {
        let rows = tokens.count - 1
        return TokenLoad(
            total: total, microBatch: tokens[min(rows, batchSize)], supervised: supervised[min(rows, batchSize)],
            sweep: tokens[min(rows, batchSize * sweep)], scored: scored, scoredKeys: scoredKeys, scoredPlaces: scoredPlaces)
    }
}

extension TrainingMemory {
    /// - Parameter streams: whether the base is read layer by layer.
    init(_ model: ModelConfiguration, _ plan: TrainingPlan, _ layout: StepLayout, streams: Bool, _ load: TokenLoad) {
        trainsAdapter = plan.method.trainsAdapter
        process = Self.program + 16 * load.total
        if plan.method.trainsAdapter {
            weights = Self.weights(model, plan, streams: streams)
            unmappedWeights =
                (plan.storage == .fp32 ? weights - Self.tables(model, plan) : 0)
                + (Self.mapsTables(model, plan) ? 0 : Self.tables(model, plan))
            let pairs = model.pairSizes(of: plan)
            adapter = 8 * pairs.reduce(0, +)
            moments = pairs.reduce(0) { $0 + Self.moments($1, plan.optimizer) }
            checkpoint = adapter / 2 + moments
        } else {
            weights = (plan.precision == .bf16 ? 6 : 4) * model.parameterCount
            unmappedWeights = weights
            adapter = 4 * model.parameterCount
            moments = model.parameters.reduce(0) {
                $0 + Self.moments($1.count, $1.role == .embedding ? .adamW : plan.optimizer)
            }
            checkpoint = adapter + moments
        }
        let rows = min(load.supervised, layout.logitRows)
        // their gradient takes their place in 32 bits, or is as many brain floats more; packed once more for the head's own
        let narrow = PooledMemory.bytes(2 * rows * model.vocabularySize) * (plan.method.trainsAdapter ? 1 : 2)
        logits = PooledMemory.bytes(4 * rows * model.vocabularySize) + (plan.precision == .bf16 ? narrow : 0)
        activations = max(
            ActivationMemory(model, plan, load).bytes(layout), ActivationMemory.scoring(model, plan, load) - logits)
        decoding = plan.storage == .nf4 && plan.precision == .fp32 ? Self.largestGroup(of: model) : 0
    }

    /// As measured: a dry run over a model of 135 million weights with 65,536 tokens of rows peaks at 40 MiB.
    private static let program = 48 << 20

    private static func weights(_ model: ModelConfiguration, _ plan: TrainingPlan, streams: Bool) -> Int {
        let linears = model.linearModules.reduce(0) { $0 + bytes($1.inputs * $1.outputs, plan) }
        guard streams else { return linears + tables(model, plan) }
        // one table at a time, where they are read from a file
        let resident = tables(model, plan) / (model.tiesWordEmbeddings || !mapsTables(model, plan) ? 1 : 2)
        return 2 * linears / model.layerCount + resident
    }

    /// Whether embedding and head are used where they lie in the model's file.
    private static func mapsTables(_ model: ModelConfiguration, _ plan: TrainingPlan) -> Bool {
        model.isStoredInBrainFloats && (plan.precision == .bf16 || plan.storage != .fp32)
    }

    /// Linears that share an input, and so stand decoded together, in 32 bits.
    private static func largestGroup(of model: ModelConfiguration) -> Int {
        let groups: [[LinearSlot]] = [[.query, .key, .value], [.output], [.gate, .up], [.down]]
        let sizes = Dictionary(
            model.linearModules.map { ($0.slot, PooledMemory.bytes(4 * $0.inputs * $0.outputs)) },
            uniquingKeysWith: { first, _ in first })
        return groups.map { $0.reduce(0) { $0 + (sizes[$1] ?? 0) } }.max() ?? 0
    }

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
}

extension ModelConfiguration {
    /// Numbers in each A and B of the plan's adapter; none without one.
    func pairSizes(of plan: TrainingPlan) -> [Int] {
        guard plan.method.trainsAdapter else { return [] }
        let names = Set(plan.targetModules.map(\.rawValue))
        return linearModules.filter { module in names.contains { module.path.hasSuffix("." + $0) } }
            .flatMap { [plan.rank * $0.inputs, plan.rank * $0.outputs] }
    }

    var isStoredInBrainFloats: Bool {
        (source["dtype"] ?? source["torch_dtype"])?.stringValue == "bfloat16"
    }
}
