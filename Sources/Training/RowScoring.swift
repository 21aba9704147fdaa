import Llama

/// The likelihood of rows under a model, computed in batches.
public enum RowScoring {
    /// One score for each row, in order.
    ///
    /// - Parameter progress: hears how many rows are done after each batch, and may throw to stop.
    public static func score(
        _ rows: [EncodedRow], model: LlamaModel, adapter: LoRAAdapter?, progress: (Int) throws -> Void = { _ in }
    ) throws -> [RowScore] {
        try score(rows.map(\.batchRow), model: model, adapter: adapter, progress: progress)
    }

    static func score(
        _ rows: [TokenBatch.Row], model: LlamaModel, adapter: LoRAAdapter?, progress: (Int) throws -> Void
    ) throws -> [RowScore] {
        var scores: [RowScore] = []
        for batch in model.batches(of: rows) {
            scores += try model.score(TokenBatch(Array(rows[batch])), adapter: adapter)
            try progress(scores.count)
        }
        return scores
    }
}

extension EncodedRow {
    var batchRow: TokenBatch.Row { TokenBatch.Row(tokens: tokens, labels: labels) }
}
