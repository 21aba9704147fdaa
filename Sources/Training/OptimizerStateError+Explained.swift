import Faults

extension OptimizerStateError: Explained {
    public var explanation: Explanation {
        switch self {
        case .badStep(let step, let tensor, let folder):
            Explanation("The optimizer's step count is \(step).", at: "\(folder):\(tensor)", next: remedy, kind: .integrity)
        case .foreignTensor(let tensor, let folder):
            Explanation(
                "The optimizer's state holds a tensor of no parameter of this adapter.", at: "\(folder):\(tensor)", next: remedy,
                kind: .integrity)
        }
    }

    private var remedy: String { "Continue from an earlier checkpoint, or train anew." }
}
