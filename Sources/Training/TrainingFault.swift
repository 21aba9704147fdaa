import Faults

/// Why a run stopped by itself.
public enum TrainingFault: Error, Hashable {
    /// The step was not taken: weights and optimizer are as the step before left them.
    case lossNotFinite(step: Int, loss: Double)
    case gradientNotFinite(step: Int, loss: Double)
    /// Far above the lowest loss for so many steps; `lastGood` is the step of the newest checkpoint from before.
    case lossExploded(step: Int, loss: Double, lowest: Double, steps: Int, lastGood: Int?)
    /// The held-out rows' loss is no number.
    case heldOutLossNotFinite(step: Int, loss: Double)
    /// A parent adapter whose form is not the plan's.
    case otherForm(TrainingOption, parent: String, plan: String)
    /// An adapter to start from, with a method that trains none.
    case parentOfWholeModel
}
