import StrictJSON

/// What a run showed on the held-out rows after some step.
public struct RunEvaluation: Sendable, Hashable {
    public let step: Int
    /// Mean loss per supervised token of the held-out rows, in nats.
    public let heldOutLoss: Double
    /// Mean of the step losses since the evaluation before.
    public let trainingLoss: Double

    public init(step: Int, heldOutLoss: Double, trainingLoss: Double) {
        self.step = step
        self.heldOutLoss = heldOutLoss
        self.trainingLoss = trainingLoss
    }
}

extension RunEvaluation {
    var json: JSONValue {
        ["step": .integer(step), "held_out_loss": .number(heldOutLoss), "training_loss": .number(trainingLoss)]
    }

    init?(_ json: JSONValue) {
        guard let step = json["step"]?.intValue, let heldOut = json["held_out_loss"]?.doubleValue,
            let training = json["training_loss"]?.doubleValue
        else { return nil }
        self.init(step: step, heldOutLoss: heldOut, trainingLoss: training)
    }
}
