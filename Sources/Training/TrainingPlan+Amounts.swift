import Llama

extension TrainingPlan {
    /// Tokens that a training of these rows reads when no run rule extends it, on average rows; 0 without rows.
    public func tokens(reading rows: [EncodedRow]) -> Int {
        guard !rows.isEmpty else { return 0 }
        let batches = Batches(rowCount: rows.count, plan: self)
        let read = rows.reduce(0) { $0 + $1.tokens.count }
        return Int((Double(batches.steps(in: length)) / Double(batches.stepsPerEpoch) * Double(read)).rounded())
    }

    /// The size of the adapter that it leaves, in 32-bit numbers.
    public func adapterBytes(over model: ModelConfiguration) -> Int { 4 * model.pairSizes(of: self).reduce(0, +) }
}
