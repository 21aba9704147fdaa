import Llama
import Tensors

extension TrainingPlan {
    /// The form of a fresh adapter.
    public var adapterConfiguration: LoRAConfiguration {
        LoRAConfiguration(
            rank: rank, alpha: alpha, dropout: dropout, usesRSLoRA: usesRSLoRA,
            targetModules: .names(targetModules.map(\.rawValue)))
    }

    var optimizerSettings: AdamWSettings {
        AdamWSettings(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    }

    func schedule(totalSteps: Int) -> Schedule {
        Schedule(
            scheduler, peak: learningRate, totalSteps: totalSteps, warmup: warmup, minimum: minimumLearningRate, cycles: cycles)
    }

    /// Refuses a parent adapter that the plan does not describe; its target modules are its own affair.
    func require(formOf parent: LoRAConfiguration) throws(TrainingFault) {
        try require(.rank, "\(parent.rank)", "\(rank)")
        try require(.alpha, "\(parent.alpha)", "\(alpha)")
        try require(.dropout, "\(parent.dropout)", "\(dropout)")
        try require(.usesRSLoRA, "\(parent.usesRSLoRA)", "\(usesRSLoRA)")
    }

    private func require(_ option: TrainingOption, _ parent: String, _ planned: String) throws(TrainingFault) {
        guard parent == planned else { throw .otherForm(option, parent: parent, plan: planned) }
    }
}
