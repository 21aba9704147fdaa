/// How a model is walked forward and back: what is kept and what is made again. It trades memory for time and changes not one bit of
/// loss or gradient.
public struct StepLayout: Sendable, Hashable {
    /// Blocks, from the lowest on, of which only the input is kept; the rest of them is computed again on the way back. Those above are
    /// the first on the way back, so what they keep is gone when the lower ones are computed again.
    public let recomputedLayers: Int
    /// Micro-batches that go through a block before the next block's turn.
    public let sweep: Int
    /// Rows of logits that exist at once.
    public let logitRows: Int

    public init(recomputedLayers: Int, sweep: Int = 1, logitRows: Int) {
        precondition(recomputedLayers >= 0 && sweep > 0 && logitRows > 0, "a step has a layout")
        self.recomputedLayers = recomputedLayers
        self.sweep = sweep
        self.logitRows = logitRows
    }
}

/// Rows that are computed together, and where the step stands with them.
public struct MicroBatch: Sendable {
    public let batch: TokenBatch
    /// Decides the masks when the adapter's dropout is above 0.
    public let dropout: DropoutPosition

    public init(_ batch: TokenBatch, dropout: DropoutPosition) {
        self.batch = batch
        self.dropout = dropout
    }
}
