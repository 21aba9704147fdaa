import Tensors

extension LlamaModel {
    /// The next tokens of one of a cache's rows.
    struct NextTokens {
        /// Of the cache.
        let row: Int
        let tokens: [Int32]
    }

    /// The logits after the last of each row's next tokens, [rows, vocabulary]; the cache remembers them.
    func lastLogits(after rows: [NextTokens], _ cache: inout KeyValueCache, _ adapter: LoRAAdapter?) -> Matrix {
        var (positions, spans): ([Int32], [AttentionSpan]) = ([], [])
        var longest = 0
        for next in rows {
            let before = cache.rows[next.row].count
            cache.extend(next.row, by: next.tokens.count)
            let queries = positions.count..<positions.count + next.tokens.count
            spans.append(AttentionSpan(queries: queries, keys: cache.rows[next.row]))
            positions += Int32(before)..<Int32(before + next.tokens.count)
            longest = max(longest, before + next.tokens.count)
        }
        let pass = ForwardPass(
            positions: positions, spans: spans, table: rotaryTable(length: longest), adapter: adapter, arithmetic: arithmetic,
            dropout: nil)
        var x = embedded(rows.flatMap(\.tokens))
        for layer in blocks.indices {
            visit(layer, then: layer + 1) { $0.advance(&x, pass, cache: &cache.layers[layer]) }
        }
        releaseLastBlock()
        defer { releaseHead() }
        return head.logits(x.rows(at: spans.map { $0.queries.upperBound - 1 }))
    }

    /// log p of each continuation after `prefix`, which is computed once.
    ///
    /// - Throws: `ModelError`.
    public func labelScores(
        prefix: [Int32], continuations: [[Int32]], adapter: LoRAAdapter? = nil
    ) throws -> [Double] {
        guard !prefix.isEmpty else { throw ModelError.emptyPrompt }
        let rows = continuations.map { TokenBatch.Row(prefix: prefix, continuation: $0) }
        return try score(TokenBatch(rows), adapter: adapter).map(\.sumLogProbability)
    }
}

extension TokenBatch.Row {
    /// A row of which only what follows a prefix is scored.
    public init(prefix: [Int32], continuation: [Int32]) {
        self.init(
            tokens: prefix + continuation, labels: [Int32](repeating: TokenBatch.ignored, count: prefix.count) + continuation)
    }
}
