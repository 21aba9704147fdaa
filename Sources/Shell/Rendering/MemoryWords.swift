import Training

/// How a training is fitted into its memory budget, for people; nothing where it has none.
enum MemoryWords {
    static func lines(_ fit: MemoryFit) -> [String] {
        guard let budget = fit.plan.memoryBudget else { return [] }
        return ["memory: \(fit.memory.sum), within a budget of \(ByteCount(budget))", "  " + walk(fit)]
    }

    private static func walk(_ fit: MemoryFit) -> String {
        let (plan, layout) = (fit.plan, fit.layout)
        let parts = [
            "micro-batches of \(rows(plan.batchSize)), \(plan.accumulation) to a step",
            "\(layout.recomputedLayers) of \(fit.layers) layers computed again", "\(rows(layout.logitRows)) of logits at a time",
            fit.streams ? "the base streams, \(layout.sweep) of \(plan.accumulation) micro-batches to a reading" : nil,
        ]
        return parts.compactMap(\.self).joined(separator: "; ")
    }

    private static func rows(_ count: Int) -> String { count == 1 ? "1 row" : "\(count) rows" }
}
