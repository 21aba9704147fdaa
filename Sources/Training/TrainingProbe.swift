import Llama

/// Two steps of a training, to learn how fast this machine is; nothing is kept of them.
public enum TrainingProbe {
    /// Tokens per second of the second step: the first one also touches every weight for the first time.
    ///
    /// - Parameters:
    ///   - examples: rows without a fault; at least one.
    ///   - seconds: reads a clock that never goes back.
    public static func tokensPerSecond(
        _ base: TrainingBase, plan: TrainingPlan, layout: StepLayout? = nil, examples: [EncodedRow], seconds: () -> Double
    ) throws -> Double? {
        var state = TrainingState(starting: try weights(base, plan), plan: plan)
        var speed: Double?
        let run = TrainingRun(base: base, plan: plan, examples: examples, layout: layout)
        _ = try run.run(&state, through: 2, seconds: seconds, shouldStop: { false }) { report, _ in
            speed = report.seconds > 0 ? Double(report.tokens) / report.seconds : nil
        }
        return speed
    }

    private static func weights(_ base: TrainingBase, _ plan: TrainingPlan) throws -> TrainedWeights {
        switch base {
        case .frozen(let model):
            TrainedWeights(try LoRAAdapter(fresh: plan.adapterConfiguration, for: model.configuration, seed: plan.seed))
        case .trained(let form): TrainedWeights(try ModelWeights(reading: form.folder, for: form.configuration))
        }
    }
}
