import Tensors

extension LlamaModel {
    /// The logits after each of the next tokens of one row, [tokens, vocabulary]; the cache remembers them.
    func step(_ tokens: [Int32], _ cache: inout KeyValueCache, _ adapter: LoRAAdapter?) -> Matrix {
        head.logits(hidden(tokens, &cache, adapter))
    }

    /// What the last block leaves for the next tokens of one row.
    private func hidden(_ tokens: [Int32], _ cache: inout KeyValueCache, _ adapter: LoRAAdapter?) -> Matrix {
        let start = cache.count
        let pass = ForwardPass(
            positions: (start..<start + tokens.count).map(Int32.init), spans: [],
            table: rotaryTable(length: start + tokens.count), adapter: adapter, arithmetic: arithmetic,
            dropout: nil)
        var x = embedding.rows(at: tokens)
        for (index, block) in blocks.enumerated() { x = block.forward(x, pass, cache: &cache.layers[index]) }
        return x
    }

    /// The logits after the last of the next tokens, [1, vocabulary].
    func lastLogits(after tokens: [Int32], _ cache: inout KeyValueCache, _ adapter: LoRAAdapter?) -> Matrix {
        let hidden = hidden(tokens, &cache, adapter)
        return head.logits(hidden.rows(hidden.rows - 1..<hidden.rows))
    }

    /// log p of each continuation after `prefix`, which is computed once.
    ///
    /// - Throws: `ModelError`.
    public func labelScores(
        prefix: [Int32], continuations: [[Int32]], adapter: LoRAAdapter? = nil
    ) throws -> [Double] {
        guard !prefix.isEmpty else { throw ModelError.emptyPrompt }
        try check(TokenBatch(([prefix] + continuations).map(TokenBatch.Row.init(tokens:))), adapter)
        var cache = newCache()
        let first = lastLogits(after: prefix, &cache, adapter)
        return continuations.map { continuation in
            guard let start = continuation.first else { return 0 }
            let opening = CrossEntropyKernel.forward(first, labels: [start])
            guard continuation.count > 1 else { return -opening.reduce(0, +) }
            let logits = step(Array(continuation.dropLast()), &cache, adapter)
            cache.truncate(to: prefix.count)
            return -(opening + CrossEntropyKernel.forward(logits, labels: Array(continuation.dropFirst()))).reduce(0, +)
        }
    }
}
