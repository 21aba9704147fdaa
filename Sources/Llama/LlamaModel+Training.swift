import Tensors

extension LlamaModel {
    /// Adds the gradient of `lossScale · Σ −log p` to `gradients` and returns the sum itself.
    ///
    /// - Parameters:
    ///   - lossScale: 1 / supervised tokens of the whole optimizer step gives the gradient of the mean loss.
    ///   - recompute: keep only each block's input and compute the rest again on the way back (gradient checkpointing);
    ///     changes memory, not one bit of the result.
    ///   - dropout: where the step stands; decides the masks when the adapter's dropout is above 0.
    /// - Throws: `ModelError`.
    public func accumulateGradients(
        of batch: TokenBatch, adapter: LoRAAdapter, lossScale: Double, recompute: Bool, dropout: DropoutPosition,
        into gradients: inout LoRAGradients
    ) throws -> LossSum {
        try check(batch, adapter)
        let places = SupervisedPlaces(batch)
        guard !places.indices.isEmpty else { return LossSum() }
        let rows = PackedRows(batch)
        let pass = pass(rows, adapter, dropout: dropout)
        let trail = trail(rows, pass, keepsAll: !recompute)
        let (losses, dHead) = head.lossesAndGradient(
            trail.output.rows(at: places.indices), labels: places.labels, scale: Float(lossScale))
        var dOutput = Matrix(rows: rows.tokens.count, columns: configuration.hiddenSize)
        dOutput.setRows(at: places.indices, from: dHead)
        backward(dOutput, trail, pass, &gradients)
        return LossSum(sum: losses.reduce(0, +), tokens: losses.count)
    }

    /// What a forward leaves behind for its backward.
    private struct Trail {
        /// Each block's input; empty where the intermediate results are kept.
        var inputs: [Matrix] = []
        /// Each block's intermediate results; empty when they are computed again.
        var saved: [Block.Saved] = []
        var output: Matrix
    }

    private func trail(_ rows: PackedRows, _ pass: ForwardPass, keepsAll: Bool) -> Trail {
        var trail = Trail(output: embedding.rows(at: rows.tokens))
        for block in blocks {
            let (y, saved) = block.forward(trail.output, pass)
            if keepsAll { trail.saved.append(saved) } else { trail.inputs.append(trail.output) }
            trail.output = y
        }
        return trail
    }

    /// Walks the blocks from the last to the lowest adapted one; below it no gradient is wanted.
    private func backward(_ dOutput: Matrix, _ trail: Trail, _ pass: ForwardPass, _ gradients: inout LoRAGradients) {
        let lowest = pass.adapter?.pairs.map(\.module.layer).min() ?? blocks.count
        var d: Matrix? = dOutput
        for layer in stride(from: blocks.count - 1, through: lowest, by: -1) {
            guard let dy = d else { return }
            let saved = trail.saved.isEmpty ? blocks[layer].forward(trail.inputs[layer], pass).saved : trail.saved[layer]
            d = blocks[layer].backward(dy, saved: saved, pass, &gradients, needsInput: layer > lowest)
        }
    }
}
