import Tensors

extension LlamaModel {
    /// The logits of every position of every row, [tokens, vocabulary] each.
    ///
    /// - Throws: `ModelError`.
    public func logits(of batch: TokenBatch, adapter: LoRAAdapter? = nil) throws -> [Matrix] {
        try check(batch, adapter)
        let rows = PackedRows(batch)
        let hidden = blockOutput(rows, pass(rows, adapter))
        defer { releaseHead() }
        var start = 0
        return batch.rows.map { row in
            defer { start += row.tokens.count }
            return head.logits(hidden.rows(start..<start + row.tokens.count))
        }
    }

    /// The log-likelihood of each row's supervised tokens.
    ///
    /// - Throws: `ModelError`.
    public func score(_ batch: TokenBatch, adapter: LoRAAdapter? = nil) throws -> [RowScore] {
        try tokenScores(batch, adapter: adapter).map {
            RowScore(sumLogProbability: $0.reduce(0, +), supervisedTokens: $0.count)
        }
    }

    /// log p of each supervised token of each row. Head and cross-entropy see only those positions, in chunks, and what a row begins with
    /// like the row before it is computed once.
    ///
    /// - Throws: `ModelError`.
    public func tokenScores(_ batch: TokenBatch, adapter: LoRAAdapter? = nil) throws -> [[Double]] {
        try check(batch, adapter)
        let rows = PackedRows(batch, sharing: true)
        let places = SupervisedPlaces(batch, in: rows)
        defer { releaseHead() }
        var losses = head.losses(blockOutput(rows, pass(rows, adapter)), at: places.indices, labels: places.labels)[...]
        return places.counts.map { count in
            defer { losses = losses.dropFirst(count) }
            return losses.prefix(count).map { -$0 }
        }
    }

    /// What the last block leaves, [tokens, hidden].
    func blockOutput(_ rows: PackedRows, _ pass: ForwardPass) -> Matrix {
        var x = embedded(rows.tokens)
        for layer in blocks.indices { visit(layer, then: layer + 1) { $0.advance(&x, pass) } }
        releaseLastBlock()
        return x
    }
}

extension LlamaModel {
    /// Tokens computed at once: enough that preparing the weights for each batch costs little beside the products.
    private static let batchTokens = 2048
    /// Keys copied at once where rows share their beginnings.
    private static let batchKeys = 8192

    /// The most tokens that are computed at once where rows of these lengths are scored, each with so many labels.
    public static func scoredTokens(lengths: [Int], labels: Int = 1) -> Int {
        lengths.max().map { min(max(batchTokens, $0), labels * lengths.reduce(0, +)) } ?? 0
    }

    /// The most keys that such a batch has, where rows share their beginnings.
    public static func scoredKeys(lengths: [Int], labels: Int = 1) -> Int {
        lengths.max().map { min(max(batchKeys, $0), labels * lengths.reduce(0, +)) } ?? 0
    }

    /// Bytes of logits that exist at once while rows are scored.
    public static var scoredLogitBytes: Int { 4 * OutputHead.chunkSize }

    /// Cuts rows into runs of neighbours that are scored together; a row longer than a batch stands alone.
    public func batches(of rows: [TokenBatch.Row]) -> [Range<Int>] {
        var batches: [Range<Int>] = []
        var (start, tokens, keys) = (0, 0, 0)
        for (index, row) in rows.enumerated() {
            let shared = index > start ? row.tokensShared(with: rows[index - 1]) : 0
            let isFull = tokens + row.tokens.count - shared > Self.batchTokens || keys + row.tokens.count > Self.batchKeys
            let standsAlone = hasFrequenciesOfItsOwn(row) || index > start && hasFrequenciesOfItsOwn(rows[index - 1])
            if index > start, isFull || standsAlone {
                batches.append(start..<index)
                (start, tokens, keys) = (index, row.tokens.count, row.tokens.count)
            } else {
                tokens += row.tokens.count - shared
                keys += row.tokens.count
            }
        }
        return start < rows.count ? batches + [start..<rows.count] : batches
    }

    /// Beyond its original length the dynamic rule turns every length by frequencies of its own.
    private func hasFrequenciesOfItsOwn(_ row: TokenBatch.Row) -> Bool { hasFrequenciesOfItsOwn(length: row.tokens.count) }

    func hasFrequenciesOfItsOwn(length: Int) -> Bool {
        guard case .dynamic(_, let original) = configuration.rotary.scaling else { return false }
        return length > original
    }
}
