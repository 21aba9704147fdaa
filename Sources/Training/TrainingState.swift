/// All that changes while a run trains: with plan, rows and base it decides every later step.
///
/// Batches and dropout masks are pure functions of seed and step, so no generator state is kept.
public struct TrainingState: Sendable {
    public internal(set) var weights: TrainedWeights
    public internal(set) var optimizer: AdamW
    /// Optimizer steps done.
    public internal(set) var step: Int
}

extension TrainingState {
    /// The start of a run.
    public init(starting weights: TrainedWeights, plan: TrainingPlan) {
        self.init(weights: weights, optimizer: AdamW(plan.optimizer, settings: plan.optimizerSettings), step: 0)
    }
}
