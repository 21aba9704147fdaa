import StrictJSON

/// A run's progress in the form of Hugging Face's trainer_state.json.
public struct TrainerState: Sendable, Hashable {
    public static let fileName = "trainer_state.json"

    public let step: Int
    public let totalSteps: Int
    public let batches: Batches
    public let log: TrainingLog
    public let loggingSteps: Int
    public let saveSteps: Int
    /// `6 · parameters · tokens`, as Hugging Face estimates it: the linears, the head and the adapter count.
    public let floatingPointOperations: Double

    public init(
        step: Int, totalSteps: Int, batches: Batches, log: TrainingLog, plan: TrainingPlan, parameterCount: Int
    ) {
        self.step = step
        self.totalSteps = totalSteps
        self.batches = batches
        self.log = log
        loggingSteps = plan.loggingSteps
        saveSteps = plan.saveSteps
        floatingPointOperations = 6 * Double(parameterCount) * Double(log.tokensSeen)
    }

    /// Keys sorted, as Hugging Face writes them. Nothing in it depends on the clock, so the same run gives the same bytes.
    public var json: JSONValue {
        [
            "best_global_step": nil,
            "best_metric": nil,
            "best_model_checkpoint": nil,
            "epoch": .number(batches.epoch(afterSteps: step)),
            "eval_steps": 0,
            "global_step": .integer(step),
            "is_hyper_param_search": false,
            "is_local_process_zero": true,
            "is_world_process_zero": true,
            "log_history": .array(log.entries.map(\.json)),
            "logging_steps": .integer(loggingSteps),
            "max_steps": .integer(totalSteps),
            "num_input_tokens_seen": .integer(log.tokensSeen),
            "num_train_epochs": .integer((totalSteps + batches.stepsPerEpoch - 1) / batches.stepsPerEpoch),
            "save_steps": .integer(saveSteps),
            "stateful_callbacks": [:],
            "total_flos": .number(floatingPointOperations),
            "train_batch_size": .integer(batches.batchSize),
            "trial_name": nil,
            "trial_params": nil,
        ]
    }
}
