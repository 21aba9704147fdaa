import Foundation

/// What one optimizer step did.
public struct StepReport: Sendable, Hashable {
    /// Steps done, this one included.
    public let step: Int
    /// Mean loss per supervised token over the whole step, in nats, before the update.
    public let loss: Double
    /// The learning rate that this step used.
    public let learningRate: Double
    /// Global L2 norm of the gradient before clipping.
    public let gradNorm: Double
    /// Tokens read, and those of them that carried loss.
    public let tokens: Int
    public let supervisedTokens: Int
    /// Epochs done: `epoch + micro-batches done / micro-batches per epoch`.
    public let epoch: Double
    public let seconds: Double
}

/// Why a run ended.
public enum StopReason: String, Sendable, Hashable {
    /// All steps are done that plan and run rule grant.
    case finished
    /// Somebody asked; the state is saved.
    case interrupted
}

/// What happens during a training, as it happens.
public enum TrainingEvent: Sendable, Hashable {
    /// `step` steps are already done: 0, or where a checkpoint left off. `totalSteps` may still grow.
    case started(step: Int, totalSteps: Int)
    case step(StepReport)
    /// The held-out rows were looked at, and what the run rule makes of it.
    case evaluated(RunEvaluation, RunDecision)
    case checkpoint(step: Int, folder: URL)
    /// The run underfitted, and another at a higher rank follows; why, in a sentence.
    case escalated(toRank: Int, because: String)
    case stopped(StopReason, step: Int)
}
