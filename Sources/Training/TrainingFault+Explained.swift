import Faults

extension TrainingFault: Explained {
    public var explanation: Explanation {
        switch self {
        case .lossNotFinite(let step, let loss):
            Explanation(
                "The loss became \(loss) at step \(step); the state before that step is saved.", next: Self.remedy)
        case .gradientNotFinite(let step, let loss):
            Explanation(
                "The gradient overflowed at step \(step) (loss \(loss)); the state before that step is saved.",
                next: Self.remedy)
        case .lossExploded(let step, let loss, let lowest, let steps, let lastGood):
            Explanation(
                "The loss exploded: \(Nats.text(loss)) at step \(step), far above its lowest of \(Nats.text(lowest)) for "
                    + "\(steps) steps; "
                    + (lastGood.map { "the last good state is that of step \($0)." } ?? "no checkpoint from before was saved."),
                next: Self.remedy)
        case .heldOutLossNotFinite(let step, let loss):
            Explanation(
                "The loss of the held-out rows became \(loss) at step \(step); the state of that step is saved.",
                next: Self.remedy)
        case .parentOfWholeModel:
            Explanation(
                "A full fine-tune starts from a whole model, not from an adapter.",
                next: "Train an adapter with method lora or qlora, or leave the adapter to start from out.", kind: .usage)
        case .otherForm(let option, let parent, let plan):
            Explanation(
                "The adapter to start from has \(option.rawValue) \(parent), but the plan says \(plan).",
                next: "Leave \(option.rawValue) out, or start from a fresh adapter.", kind: .usage)
        }
    }

    private static let remedy =
        "Train again with a lower learning_rate or max_grad_norm, and check the rows and the base's weights."
}
