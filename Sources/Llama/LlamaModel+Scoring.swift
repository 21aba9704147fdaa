import Tensors

extension LlamaModel {
    /// The logits of every position of every row, [tokens, vocabulary] each.
    ///
    /// - Throws: `ModelError`.
    public func logits(of batch: TokenBatch, adapter: LoRAAdapter? = nil) throws -> [Matrix] {
        try check(batch, adapter)
        let rows = PackedRows(batch)
        let hidden = blockOutput(rows, pass(rows, adapter))
        var start = 0
        return batch.rows.map { row in
            defer { start += row.tokens.count }
            return head.logits(hidden.rows(start..<start + row.tokens.count))
        }
    }

    /// The log-likelihood of each row's supervised tokens. Head and cross-entropy see only those positions, in chunks.
    ///
    /// - Throws: `ModelError`.
    public func score(_ batch: TokenBatch, adapter: LoRAAdapter? = nil) throws -> [RowScore] {
        try check(batch, adapter)
        let rows = PackedRows(batch)
        let places = SupervisedPlaces(batch)
        let hidden = blockOutput(rows, pass(rows, adapter)).rows(at: places.indices)
        var losses = head.losses(hidden, labels: places.labels)[...]
        return places.counts.map { count in
            defer { losses = losses.dropFirst(count) }
            return RowScore(sumLogProbability: -losses.prefix(count).reduce(0, +), supervisedTokens: count)
        }
    }

    /// What the last block leaves, [tokens, hidden].
    func blockOutput(_ rows: PackedRows, _ pass: ForwardPass) -> Matrix {
        blocks.reduce(embedding.rows(at: rows.tokens)) { x, block in block.forward(x, pass).y }
    }
}
