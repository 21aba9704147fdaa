import Tensors

extension LlamaModel {
    /// Works with a block. Where the base is streamed, the pages of the next one's weights are read meanwhile, and this one's memory is
    /// given back; that of the last one stays, which is the first on the way back.
    func visit<Result>(_ layer: Int, then next: Int?, _ work: (Block) throws -> Result) rethrows -> Result {
        guard streams, let next, blocks.indices.contains(next) else { return try work(blocks[layer]) }
        blocks[next].weights.forEach { $0.prefetch() }
        defer { blocks[layer].weights.forEach { $0.release() } }
        return try work(blocks[layer])
    }

    /// The rows of the embedding that some tokens take, [tokens, hidden].
    func embedded(_ tokens: [Int32]) -> Matrix {
        defer { if streams { embedding.release() } }
        return embedding.rows(at: tokens)
    }

    /// Where nobody comes back down, the last block is not the next.
    func releaseLastBlock() {
        if streams { blocks.last?.weights.forEach { $0.release() } }
    }

    func releaseHead() {
        if streams { head.weight.release() }
    }

    /// Gives back what opening has touched.
    func releaseWeights() {
        for block in blocks { block.weights.forEach { $0.release() } }
        embedding.release()
        head.weight.release()
    }
}

extension Block {
    fileprivate var weights: [LinearWeight] {
        [attention.entry, attention.output, feedForward.entry, feedForward.down].flatMap { $0.linears.map(\.weight) }
    }
}
