import Llama

extension StepLayout {
    /// Where memory is not bounded: all blocks are computed again or none, as the plan says.
    init(_ plan: TrainingPlan, _ model: ModelConfiguration) {
        self.init(
            recomputedLayers: plan.gradientCheckpointing ? model.layerCount : 0,
            logitRows: LlamaModel.logitRows(vocabulary: model.vocabularySize))
    }
}
