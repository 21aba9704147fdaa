import StrictJSON

/// The thresholds of the run rule; a policy file states them.
public struct RunLimits: Sendable, Hashable {
    /// The held-out loss is still falling when the lowest of the last `window` evaluations lies below the lowest before them by
    /// more than this share of it.
    public let gain: Double
    public let window: Int
    /// How many times max_steps a run may take whose held-out loss is still falling there; 1 never extends.
    public let extensionFactor: Int
    /// Evaluations of an extended run without a new lowest held-out loss that make a plateau.
    public let patience: Int
    /// A run underfits when its training loss stays above the one and its held-out loss above the other, in nats per supervised token.
    public let highTrainingLoss: Double
    public let highHeldOutLoss: Double
    /// The rank proposed then.
    public let escalationRank: Int

    public init(
        gain: Double, window: Int, extensionFactor: Int, patience: Int, highTrainingLoss: Double, highHeldOutLoss: Double,
        escalationRank: Int
    ) {
        precondition(window > 0 && extensionFactor > 0 && patience > 0, "windows, factors and patience count from 1")
        self.gain = gain
        self.window = window
        self.extensionFactor = extensionFactor
        self.patience = patience
        self.highTrainingLoss = highTrainingLoss
        self.highHeldOutLoss = highHeldOutLoss
        self.escalationRank = escalationRank
    }

    public var json: JSONValue {
        [
            "falling": ["by": .number(gain), "over": .integer(window)], "extend_to": .integer(extensionFactor),
            "patience": .integer(patience),
            "underfitting": [
                "training_loss_above": .number(highTrainingLoss), "held_out_loss_above": .number(highHeldOutLoss),
                "rank": .integer(escalationRank),
            ],
        ]
    }
}
