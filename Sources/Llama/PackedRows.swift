import Tensors

/// The rows of a batch laid one after the other, as blocks compute them.
struct PackedRows: Sendable {
    let tokens: [Int32]
    /// Positions restart at 0 in every row.
    let positions: [Int32]
    let spans: [AttentionSpan]
    let longest: Int

    init(_ batch: TokenBatch) {
        var tokens: [Int32] = []
        var positions: [Int32] = []
        var spans: [AttentionSpan] = []
        for row in batch.rows where !row.tokens.isEmpty {
            let range = tokens.count..<tokens.count + row.tokens.count
            spans.append(AttentionSpan(queries: range, keys: range))
            tokens += row.tokens
            positions += (0..<Int32(row.tokens.count))
        }
        self.tokens = tokens
        self.positions = positions
        self.spans = spans
        longest = batch.rows.map(\.tokens.count).max() ?? 0
    }
}

/// The places whose logits are scored, with the label of each.
struct SupervisedPlaces: Sendable {
    /// Indices into the packed rows.
    let indices: [Int]
    let labels: [Int32]
    /// How many belong to each row of the batch.
    let counts: [Int]

    init(_ batch: TokenBatch) {
        var indices: [Int] = []
        var labels: [Int32] = []
        var counts: [Int] = []
        var offset = 0
        for row in batch.rows {
            let before = labels.count
            for (position, label) in row.labels.enumerated().dropFirst() where label != TokenBatch.ignored {
                indices.append(offset + position - 1)
                labels.append(label)
            }
            counts.append(labels.count - before)
            offset += row.tokens.count
        }
        self.indices = indices
        self.labels = labels
        self.counts = counts
    }
}
