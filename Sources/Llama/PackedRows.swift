import Tensors

/// The rows of a batch laid one after the other, as blocks compute them.
struct PackedRows: Sendable {
    /// What is computed: a beginning that a row shares with the row before it is not computed again.
    private(set) var tokens: [Int32] = []
    /// Positions restart at 0 in every row.
    private(set) var positions: [Int32] = []
    private(set) var spans: [AttentionSpan] = []
    /// Where the keys that spans speak of stand among the computed tokens; nil while no row shares its beginning, and keys are where
    /// they were computed.
    private(set) var keyPlaces: [Int]?
    let longest: Int
    /// For each row of the batch, where each of its tokens was computed.
    private(set) var places: [[Int]] = []

    /// - Parameter sharing: whether a row's first tokens are taken from the row before where they are the same. Attention is causal, so
    ///   they are the same numbers there.
    init(_ batch: TokenBatch, sharing: Bool = false) {
        longest = batch.rows.map(\.tokens.count).max() ?? 0
        var firstKey = 0
        for (index, row) in batch.rows.enumerated() {
            let shared = sharing && index > 0 ? row.tokensShared(with: batch.rows[index - 1]) : 0
            let fresh = tokens.count..<tokens.count + row.tokens.count - shared
            places.append((shared > 0 ? Array(places[index - 1][..<shared]) : []) + fresh)
            tokens += row.tokens[shared...]
            positions += Int32(shared)..<Int32(row.tokens.count)
            if !fresh.isEmpty {
                spans.append(AttentionSpan(queries: fresh, keys: firstKey..<firstKey + row.tokens.count))
            }
            firstKey += row.tokens.count
        }
        if firstKey > tokens.count { keyPlaces = places.flatMap(\.self) }
    }
}

extension TokenBatch.Row {
    /// A beginning shorter than this is cheaper to compute again than to copy.
    private static let leastShared = 16

    /// How many first tokens, being those of the row before, need no computing again.
    func tokensShared(with before: TokenBatch.Row) -> Int {
        let count = zip(tokens, before.tokens).prefix { $0 == $1 }.count
        return count < Self.leastShared ? 0 : count
    }
}

/// The places whose logits are scored, with the label of each.
struct SupervisedPlaces: Sendable {
    /// Indices into the packed rows.
    private(set) var indices: [Int] = []
    private(set) var labels: [Int32] = []
    /// How many belong to each row of the batch.
    private(set) var counts: [Int] = []

    init(_ batch: TokenBatch) { self.init(batch, in: PackedRows(batch)) }

    init(_ batch: TokenBatch, in packed: PackedRows) {
        for (row, places) in zip(batch.rows, packed.places) {
            let before = labels.count
            for (position, label) in row.labels.enumerated().dropFirst() where label != TokenBatch.ignored {
                indices.append(places[position - 1])
                labels.append(label)
            }
            counts.append(labels.count - before)
        }
    }
}
