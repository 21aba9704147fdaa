import Tensors

extension LlamaModel {
    /// Adds the gradient of `lossScale · Σ −log p` over all micro-batches to `gradients` and returns the sum itself; nil when it was
    /// stopped, and then the gradients are of no use.
    ///
    /// Micro-batches go through the blocks in sweeps. Whatever a sweep's size, a pair's gradients are summed over them in their order.
    ///
    /// - Parameters:
    ///   - adapter: nil when the model itself is trained.
    ///   - lossScale: 1 / supervised tokens of the whole optimizer step gives the gradient of the mean loss.
    ///   - shouldStop: asked before each block of each sweep.
    /// - Throws: `ModelError`.
    public func accumulateGradients(
        of microBatches: [MicroBatch], adapter: LoRAAdapter?, lossScale: Double, layout: StepLayout, shouldStop: () -> Bool,
        into gradients: inout LoRAGradients
    ) throws -> LossSum? {
        var total = LossSum()
        for start in stride(from: 0, to: microBatches.count, by: layout.sweep) {
            var ascents: [Ascent] = []
            for part in microBatches[start..<min(start + layout.sweep, microBatches.count)] {
                try check(part.batch, adapter)
                let ascent = Ascent(part, self, adapter)
                if !ascent.places.indices.isEmpty { ascents.append(ascent) }
            }
            guard ascend(&ascents, layout, shouldStop) else { return nil }
            for loss in losses(&ascents, Float(lossScale), layout, &gradients) { total += loss }
            guard descend(&ascents, layout, shouldStop, &gradients) else { return nil }
        }
        return total
    }

    /// All blocks, the lowest first; returns whether nobody stopped it.
    private func ascend(_ ascents: inout [Ascent], _ layout: StepLayout, _ shouldStop: () -> Bool) -> Bool {
        for layer in blocks.indices {
            if shouldStop() { return false }
            visit(layer, then: layer + 1) { block in
                for index in ascents.indices { ascents[index].climb(block, keepsAll: layer >= layout.recomputedLayers) }
            }
        }
        return true
    }

    /// The losses of each micro-batch, whose gradients take the place of the stream.
    private func losses(
        _ ascents: inout [Ascent], _ scale: Float, _ layout: StepLayout, _ gradients: inout LoRAGradients
    ) -> [LossSum] {
        defer { releaseHead() }
        return ascents.indices.map { ascents[$0].turn(at: head, scale: scale, logitRows: layout.logitRows, &gradients) }
    }

    /// The blocks from the last to the lowest that is trained; below it no gradient is wanted.
    private func descend(
        _ ascents: inout [Ascent], _ layout: StepLayout, _ shouldStop: () -> Bool, _ gradients: inout LoRAGradients
    ) -> Bool {
        let trainsModel = gradients.model != nil
        guard let lowest = trainsModel ? 0 : ascents.first?.lowestAdapted else { return true }
        for layer in stride(from: blocks.count - 1, through: lowest, by: -1) {
            if shouldStop() { return false }
            visit(layer, then: layer > lowest ? layer - 1 : nil) { block in
                for index in ascents.indices {
                    ascents[index].descend(block, needsInput: trainsModel || layer > lowest, &gradients)
                }
            }
        }
        for ascent in ascents { ascent.arrive(&gradients) }
        return true
    }
}

/// One micro-batch on its way up through the blocks and back.
private struct Ascent {
    let places: SupervisedPlaces
    private let tokens: [Int32]
    private let pass: ForwardPass
    /// What the block below left; on the way back, its gradient.
    private var stream: Matrix
    /// The inputs of the blocks that are computed again, the lowest first.
    private var inputs: [Matrix] = []
    /// The intermediate results of those above.
    private var saved: [Block.Saved] = []

    init(_ part: MicroBatch, _ model: LlamaModel, _ adapter: LoRAAdapter?) {
        let rows = PackedRows(part.batch)
        tokens = rows.tokens
        places = SupervisedPlaces(part.batch)
        pass = model.pass(rows, adapter, dropout: part.dropout)
        stream = model.embedded(rows.tokens)
    }

    var lowestAdapted: Int? { pass.adapter?.pairs.map(\.module.layer).min() }

    mutating func climb(_ block: Block, keepsAll: Bool) {
        let (y, results) = block.forward(stream, pass)
        if keepsAll { saved.append(results) } else { inputs.append(stream) }
        stream = y
    }

    mutating func turn(at head: OutputHead, scale: Float, logitRows: Int, _ gradients: inout LoRAGradients) -> LossSum {
        let (losses, gradient) = head.lossesAndGradient(
            stream.rows(at: places.indices), labels: places.labels, scale: scale, logitRows: logitRows, &gradients)
        stream = Matrix(rows: stream.rows, columns: stream.columns)
        stream.setRows(at: places.indices, from: gradient)
        return LossSum(sum: losses.reduce(0, +), tokens: losses.count)
    }

    /// What was kept of the block is gone afterwards.
    mutating func descend(_ block: Block, needsInput: Bool, _ gradients: inout LoRAGradients) {
        let results = saved.popLast() ?? block.recomputed(inputs.removeLast(), pass)
        guard let d = block.backward(stream, saved: results, pass, &gradients, needsInput: needsInput) else { return }
        stream = d
    }

    /// What came down through all blocks belongs to the rows of the table that the tokens took.
    func arrive(_ gradients: inout LoRAGradients) {
        gradients.add(to: TensorName.embedding) { $0.addRows(stream, at: tokens) }
    }
}
