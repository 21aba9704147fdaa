import Policies
import Training

/// The policy's thresholds as the trainer takes them.
extension Policy {
    /// - Parameter heldOut: rows that are not learned from; without them a run does its planned steps.
    func supervision(heldOut: [EncodedRow]?, of file: String) throws(DataError) -> RunSupervision {
        var judged: RunSupervision.HeldOut?
        if let heldOut { judged = try RunSupervision.HeldOut(heldOut, of: file, limits: limits) }
        let dog = run.watchdog
        return RunSupervision(
            watchdog: LossWatchdog.Limits(factor: dog.factor, margin: dog.margin, steps: dog.steps), heldOut: judged)
    }

    private var limits: RunLimits {
        RunLimits(
            gain: run.falling.by, window: run.falling.over, extensionFactor: run.extendTo, patience: run.patience,
            highTrainingLoss: run.underfitting.trainingLoss, highHeldOutLoss: run.underfitting.heldOutLoss,
            escalationRank: run.underfitting.rank)
    }
}
