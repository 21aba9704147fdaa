import StrictJSON

/// A run's progress in the form of Hugging Face's trainer_state.json.
public struct TrainerState: Sendable, Hashable {
    public static let fileName = "trainer_state.json"
    /// Our member of `stateful_callbacks`, where transformers keeps what callbacks such as early stopping remember.
    static let callback = "RunRule"

    public let step: Int
    /// As far as is known at this step.
    public let totalSteps: Int
    public let batches: Batches
    public let log: TrainingLog
    /// Nil when nothing judges the run.
    public let rule: RunRule?
    public let conclusion: RunConclusion?
    public let loggingSteps: Int
    public let evaluationInterval: Int
    public let saveSteps: Int
    /// `6 · parameters · tokens`, as Hugging Face estimates it: the linears, the head and the adapter count.
    public let floatingPointOperations: Double

    /// Keys sorted, as Hugging Face writes them. Nothing in it depends on the clock, so the same run gives the same bytes; the
    /// `eval_runtime` of transformers is therefore left out.
    public var json: JSONValue {
        let best = rule?.best
        return [
            "best_global_step": best.map { .integer($0.step) } ?? .null,
            "best_metric": best.map { .number($0.heldOutLoss) } ?? .null,
            "best_model_checkpoint": best.map { .string(CheckpointStore.name(ofStep: $0.step)) } ?? .null,
            "epoch": .number(batches.epoch(afterSteps: step)),
            "eval_steps": .integer(rule == nil ? 0 : evaluationInterval),
            "global_step": .integer(step),
            "is_hyper_param_search": false,
            "is_local_process_zero": true,
            "is_world_process_zero": true,
            "log_history": .array(history),
            "logging_steps": .integer(loggingSteps),
            "max_steps": .integer(totalSteps),
            "num_input_tokens_seen": .integer(log.tokensSeen),
            "num_train_epochs": .integer((totalSteps + batches.stepsPerEpoch - 1) / batches.stepsPerEpoch),
            "save_steps": .integer(saveSteps),
            "stateful_callbacks": [Self.callback: ["args": rule?.limits.json ?? [:], "attributes": attributes]],
            "total_flos": .number(floatingPointOperations),
            "train_batch_size": .integer(batches.batchSize),
            "trial_name": nil,
            "trial_params": nil,
        ]
    }

    private var attributes: JSONValue {
        [
            "state": .string(rule?.state.name ?? RunRule.State.planned.name),
            "decisions": .array(rule?.decisions.map(\.json) ?? []), "conclusion": conclusion?.json ?? .null,
        ]
    }

    /// By step; where a step was both logged and evaluated, the log comes first.
    private var history: [JSONValue] {
        let logged = log.entries.map { (step: $0.step, json: $0.json) }
        let evaluated = (rule?.evaluations ?? []).map { evaluation in
            let json: JSONValue = [
                "epoch": .number(batches.epoch(afterSteps: evaluation.step)), "eval_loss": .number(evaluation.heldOutLoss),
                "step": .integer(evaluation.step),
            ]
            return (step: evaluation.step, json: json)
        }
        // Swift's sort is stable.
        return (logged + evaluated).sorted { $0.step < $1.step }.map(\.json)
    }
}

extension RunRule.State {
    public var name: String {
        switch self {
        case .planned: "planned"
        case .extended: "extended"
        case .stopped: "stopped"
        }
    }
}
