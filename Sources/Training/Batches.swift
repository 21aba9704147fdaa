import Randomness

/// Which rows each optimizer step reads: a pure function of seed and step, so a run can go on from any step.
///
/// An epoch is a new permutation of all rows (or their own order), cut into micro-batches of `batchSize`, the last of which may
/// be smaller; `accumulation` micro-batches make a step, and the last step of an epoch takes those that are left.
public struct Batches: Sendable, Hashable {
    public let rowCount: Int
    public let batchSize: Int
    public let accumulation: Int
    public let seed: UInt64
    public let shuffles: Bool

    public init(rowCount: Int, batchSize: Int, accumulation: Int, seed: UInt64, shuffles: Bool) {
        precondition(rowCount > 0 && batchSize > 0 && accumulation > 0, "batches need rows and sizes above 0")
        self.rowCount = rowCount
        self.batchSize = batchSize
        self.accumulation = accumulation
        self.seed = seed
        self.shuffles = shuffles
    }

    public init(rowCount: Int, plan: TrainingPlan) {
        self.init(
            rowCount: rowCount, batchSize: plan.batchSize, accumulation: plan.accumulation, seed: plan.seed,
            shuffles: plan.shuffle)
    }

    public var microBatchesPerEpoch: Int { (rowCount + batchSize - 1) / batchSize }
    public var stepsPerEpoch: Int { (microBatchesPerEpoch + accumulation - 1) / accumulation }

    /// Optimizer steps of a run of that length.
    public func steps(in length: TrainingLength) -> Int {
        switch length {
        case .steps(let steps): steps
        case .epochs(let epochs): Int((epochs * Double(stepsPerEpoch)).rounded(.up))
        }
    }

    /// The row numbers of each micro-batch of a step; steps count from 0.
    public func microBatches(ofStep step: Int) -> [[Int]] {
        let order = order(ofEpoch: step / stepsPerEpoch)
        let first = step % stepsPerEpoch * accumulation
        return (first..<min(first + accumulation, microBatchesPerEpoch)).map { batch in
            Array(order[batch * batchSize..<min((batch + 1) * batchSize, rowCount)])
        }
    }

    /// Epochs finished after so many steps, with the part of the epoch under way: `epoch + micro-batches done / M`.
    public func epoch(afterSteps steps: Int) -> Double {
        let done = min(steps % stepsPerEpoch * accumulation, microBatchesPerEpoch)
        return Double(steps / stepsPerEpoch) + Double(done) / Double(microBatchesPerEpoch)
    }

    /// Fisher–Yates with `SplitMix64(seed:stream:)`, the epoch as stream.
    public func order(ofEpoch epoch: Int) -> [Int] {
        var order = Array(0..<rowCount)
        guard shuffles else { return order }
        var generator = SplitMix64(seed: seed, stream: UInt64(epoch))
        for last in stride(from: rowCount - 1, to: 0, by: -1) {
            order.swapAt(last, Int(generator.next(below: UInt64(last + 1))))
        }
        return order
    }
}
