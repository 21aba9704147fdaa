import Llama

/// What a training has to compute.
public struct TrainingWork: Sendable, Hashable {
    public let steps: Int
    /// Tokens read in all steps, on average rows.
    public let tokens: Int
    public let flopsPerToken: Double

    public var flops: Double { Double(tokens) * flopsPerToken }
}

extension TrainingWork {
    /// A frozen linear costs 2 operations per weight and token forward and 2 backward, 2 more when it is computed again, and 2 more for
    /// its own gradient where it is trained; a pair costs 6; causal attention 2Sq forward at row length S and twice that backward; the
    /// head 4Vh per supervised token, 6Vh where it is trained.
    init(_ model: ModelConfiguration, _ plan: TrainingPlan, _ layout: StepLayout, rows: [EncodedRow]) {
        let batches = Batches(rowCount: rows.count, plan: plan)
        let read = rows.reduce(0) { $0 + $1.tokens.count }
        let supervised = rows.reduce(0) { $0 + $1.supervisedCount }
        steps = batches.steps(in: plan.length)
        tokens = plan.tokens(reading: rows)
        let again = Double(min(model.layerCount, layout.recomputedLayers)) / Double(model.layerCount)
        let linears = Double(model.linearModules.reduce(0) { $0 + $1.inputs * $1.outputs })
        let pairs = Double(model.pairSizes(of: plan).reduce(0, +))
        let length = Double(read) / Double(rows.count)
        let attention = 2 * length * Double(model.headCount * model.headSize * model.layerCount)
        let own: Double = plan.method.trainsAdapter ? 0 : 2
        let head = (4 + own) * Double(model.vocabularySize * model.hiddenSize) * Double(supervised) / Double(max(1, read))
        flopsPerToken = linears * (4 + own + 2 * again) + pairs * 6 + attention * (3 + again) + head
    }
}
