import Llama

/// The likelihood of rows under a model, computed in batches.
public enum RowScoring {
    /// Tokens of one batch; rows that are longer stand alone.
    static let batchTokens = 2048

    /// One score for each row, in order.
    ///
    /// - Parameter progress: hears how many rows are done after each batch, and may throw to stop.
    public static func score(
        _ rows: [EncodedRow], model: LlamaModel, adapter: LoRAAdapter?, progress: (Int) throws -> Void = { _ in }
    ) throws -> [RowScore] {
        var scores: [RowScore] = []
        for batch in batches(rows) {
            scores += try model.score(TokenBatch(batch.map(\.batchRow)), adapter: adapter)
            try progress(scores.count)
        }
        return scores
    }

    static func batches(_ rows: [EncodedRow]) -> [[EncodedRow]] {
        var batches: [[EncodedRow]] = []
        var room = 0
        for row in rows {
            if row.tokens.count > room || batches.isEmpty {
                batches.append([])
                room = batchTokens
            }
            batches[batches.count - 1].append(row)
            room -= row.tokens.count
        }
        return batches
    }
}

extension EncodedRow {
    var batchRow: TokenBatch.Row { TokenBatch.Row(tokens: tokens, labels: labels) }
}
