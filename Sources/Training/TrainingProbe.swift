import Llama

/// Two steps of a training, to learn how fast this machine is; nothing is kept of them.
public enum TrainingProbe {
    /// Tokens per second of the second step: the first one also touches every weight for the first time.
    ///
    /// - Parameters:
    ///   - examples: rows without a fault; at least one.
    ///   - seconds: reads a clock that never goes back.
    public static func tokensPerSecond(
        model: LlamaModel, plan: TrainingPlan, examples: [EncodedRow], seconds: () -> Double
    ) throws -> Double? {
        let adapter = try LoRAAdapter(fresh: plan.adapterConfiguration, for: model.configuration, seed: plan.seed)
        var state = TrainingState(starting: adapter, plan: plan)
        var speed: Double?
        let run = TrainingRun(model: model, plan: plan, examples: examples)
        _ = try run.run(&state, through: 2, seconds: seconds, shouldStop: { false }) { report, _ in
            speed = report.seconds > 0 ? Double(report.tokens) / report.seconds : nil
        }
        return speed
    }
}
