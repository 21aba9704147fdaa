import Llama
import Tensors

extension TrainingPlan {
    /// The form of a fresh adapter.
    public var adapterConfiguration: LoRAConfiguration {
        LoRAConfiguration(
            rank: rank, alpha: alpha, dropout: dropout, usesRSLoRA: usesRSLoRA,
            targetModules: .names(targetModules.map(\.rawValue)))
    }

    /// How many numbers a training moves.
    public func trainedParameters(of model: ModelConfiguration) -> Int {
        method.trainsAdapter ? model.pairSizes(of: self).reduce(0, +) : model.parameterCount
    }

    var optimizerSettings: AdamWSettings {
        AdamWSettings(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: weightDecay)
    }

    /// The learning rate over the planned steps.
    func schedule(totalSteps: Int) -> Schedule {
        Schedule(
            scheduler, peak: learningRate, totalSteps: totalSteps, warmup: warmup, minimum: minimumLearningRate, cycles: cycles)
    }

    /// Steps between looks at the held-out rows.
    func evaluationInterval(plannedSteps: Int) -> Int {
        evalSteps >= 1 ? Int(evalSteps) : max(1, Int((Double(plannedSteps) * evalSteps).rounded(.up)))
    }

    /// Refuses a parent adapter that the plan does not describe.
    func require(formOf parent: LoRAAdapter) throws(TrainingFault) {
        let form = TrainingOptions(formOf: parent)
        try require(.rank, "\(parent.configuration.rank)", "\(rank)")
        try require(.alpha, "\(parent.configuration.alpha)", "\(alpha)")
        try require(.dropout, "\(parent.configuration.dropout)", "\(dropout)")
        try require(.usesRSLoRA, "\(parent.configuration.usesRSLoRA)", "\(usesRSLoRA)")
        try require(.targetModules, Self.list(form.targetModules ?? []), Self.list(targetModules))
    }

    private static func list(_ modules: [TargetModule]) -> String { modules.map(\.rawValue).joined(separator: ",") }

    private func require(_ option: TrainingOption, _ parent: String, _ planned: String) throws(TrainingFault) {
        guard parent == planned else { throw .otherForm(option, parent: parent, plan: planned) }
    }
}

extension TrainingOptions {
    /// The options that describe an adapter to start from: as declared ones they let a plan follow its parent.
    public init(formOf parent: LoRAAdapter) {
        self.init()
        rank = parent.configuration.rank
        alpha = parent.configuration.alpha
        dropout = parent.configuration.dropout
        usesRSLoRA = parent.configuration.usesRSLoRA
        let slots = Set(parent.pairs.map(\.module.slot))
        targetModules = TargetModule.allCases.filter { module in slots.contains { $0.rawValue.hasSuffix("." + module.rawValue) } }
    }
}
