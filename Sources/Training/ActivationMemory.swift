import Llama
import Tensors

/// The matrices of activations that exist at once, each as large as its size class makes it; the letters are those of
/// `TrainingMemory`.
struct ActivationMemory {
    /// What one block keeps of the largest micro-batch: the inputs and outputs of both norms, queries, keys, values, mixed values, gate
    /// and up, and what the pairs projected, in the arithmetic's width; SwiGLU's product is made again.
    private let block: Int
    /// A block's input in 32 bits.
    private let stream: Int
    /// On the way back through a block: what it keeps, its input, the gradients of its output, of its middle and of the
    /// feed-forward's input in 32 bits; SwiGLU's product with its gradients, and those packed for the next product.
    private let underWay: Int
    /// Around the head: the supervised rows, normed, and the gradients of both.
    private let head: Int
    /// How many of the largest micro-batch are swept together.
    private let sweep: Double
    private let layers: Int

    init(_ model: ModelConfiguration, _ plan: TrainingPlan, _ load: TokenLoad) {
        let (hidden, inner, tokens) = (model.hiddenSize, model.intermediateSize, load.microBatch)
        let (queries, keys) = (model.headCount * model.headSize, model.keyValueHeadCount * model.headSize)
        let width = plan.precision == .bf16 ? 2 : 4
        func matrices(_ count: Int, _ columns: Int, width: Int) -> Int { count * PooledMemory.bytes(width * tokens * columns) }
        block =
            matrices(4, hidden, width: width) + matrices(2, queries, width: width) + matrices(2, keys, width: width)
            + matrices(2, inner, width: width) + matrices(7, plan.method.trainsAdapter ? plan.rank : 0, width: width)
            + matrices(1, model.headCount, width: 4)
        stream = matrices(1, hidden, width: 4)
        underWay =
            block + 4 * stream + matrices(2, hidden, width: width) + matrices(5, inner, width: width)
        head = 5 * PooledMemory.bytes(4 * load.supervised * hidden) + stream
        sweep = Double(load.sweep) / Double(max(1, tokens))
        layers = model.layerCount
    }

    /// Held-out rows keep nothing for a way back: the stream, and around it attention or the feed-forward of one block; then the head
    /// with its logits.
    static func scoring(_ model: ModelConfiguration, _ plan: TrainingPlan, _ load: TokenLoad) -> Int {
        guard load.scored > 0 else { return 0 }
        let (queries, keys) = (model.headCount * model.headSize, model.keyValueHeadCount * model.headSize)
        let width = plan.precision == .bf16 ? 2 : 4
        func matrix(_ columns: Int, width: Int) -> Int { PooledMemory.bytes(width * load.scored * columns) }
        let stream = matrix(model.hiddenSize, width: 4)
        let projections = 3 * matrix(plan.method.trainsAdapter ? plan.rank : 0, width: width)
        // queries and keys once more while they are rotated, keys and values in the places of every row that shares them
        let spread =
            2 * PooledMemory.bytes(width * load.scoredKeys * model.keyValueHeadCount * model.headSize)
        let attention =
            3 * matrix(queries, width: width) + 3 * matrix(keys, width: width) + matrix(model.headCount, width: 4) + spread
        // once more where rows lie so that they have to be packed
        let feedForward = 4 * matrix(model.intermediateSize, width: width)
        let logits = PooledMemory.bytes(min(LlamaModel.scoredLogitBytes, 4 * load.scoredPlaces * model.vocabularySize))
        // a strip of a head in 32 bits is copied
        let strip = plan.precision == .fp32 ? logits / max(1, load.scoredPlaces) * model.hiddenSize : 0
        let head = PooledMemory.bytes(4 * load.scoredPlaces * model.hiddenSize) + logits + strip
        return stream + matrix(model.hiddenSize, width: width) + projections + max(attention, feedForward, head)
    }

    func bytes(_ layout: StepLayout) -> Int {
        let recomputed = min(layers, layout.recomputedLayers)
        let kept = recomputed * stream + (layers - recomputed) * block + stream
        return Int(sweep * Double(kept)) + underWay + head
    }
}
