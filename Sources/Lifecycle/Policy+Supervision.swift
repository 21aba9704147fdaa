import Policies
import Training

/// The policy's thresholds as the trainer takes them.
extension Policy {
    /// - Parameters:
    ///   - heldOut: rows that are not learned from; without them a run does its planned steps.
    ///   - extends: whether the run may go on beyond its planned steps.
    func supervision(heldOut: [EncodedRow]?, of file: String, extends: Bool = true) throws(DataError) -> RunSupervision {
        var judged: RunSupervision.HeldOut?
        if let heldOut { judged = try RunSupervision.HeldOut(heldOut, of: file, limits: limits(extends)) }
        let dog = run.watchdog
        return RunSupervision(
            watchdog: LossWatchdog.Limits(factor: dog.factor, margin: dog.margin, steps: dog.steps), heldOut: judged)
    }

    private func limits(_ extends: Bool) -> RunLimits {
        RunLimits(
            gain: run.falling.by, window: run.falling.over, extensionFactor: extends ? run.extendTo : 1, patience: run.patience,
            highTrainingLoss: run.underfitting.trainingLoss, highHeldOutLoss: run.underfitting.heldOutLoss,
            escalationRank: run.underfitting.rank)
    }
}
