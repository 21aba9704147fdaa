/// What is trained, and how the base stands in memory meanwhile.
public enum TrainingMethod: String, Sendable, Hashable, CaseIterable {
    /// Frozen linear layers in NF4 with double quantization.
    case qlora
    /// Frozen linear layers as brain floats, or as the base's file has them with precision fp32.
    case lora
    /// Every weight of the base itself, from masters in 32 bits; what comes out is a whole model.
    case full

    /// Whether the base is frozen beneath an adapter.
    public var trainsAdapter: Bool { self != .full }

    /// The peak learning rate where nothing else is asked for. Adam moves each number by about the rate, whatever its gradient. Full
    /// fine-tuning moves all weights of the model so, an adapter only its pairs, of which B begins at zero: it needs about ten times
    /// the rate for the same effect (Schulman and others, LoRA Without Regret, 2025). 2e-5 is TRL's default for full fine-tuning.
    var learningRate: Double { trainsAdapter ? 2e-4 : 2e-5 }
}

/// How long a run lasts.
public enum TrainingLength: Sendable, Hashable {
    /// Optimizer steps.
    case steps(Int)
    /// Passes over the rows; the number of steps is `ceil(epochs · steps per epoch)`.
    case epochs(Double)
}

/// The shape of the learning rate over the run, by the names of Hugging Face.
public enum SchedulerName: String, Sendable, Hashable, CaseIterable {
    case linear
    case cosine
    case cosineWithRestarts = "cosine_with_restarts"
    case cosineWithMinimum = "cosine_with_min_lr"
    case constant
    case constantWithWarmup = "constant_with_warmup"
    case polynomial
    case inverseSquareRoot = "inverse_sqrt"
}

/// Where AdamW keeps its moments.
public enum OptimizerName: String, Sendable, Hashable, CaseIterable {
    case adamW = "adamw"
    /// Block-wise dynamic 8-bit moments, as in bitsandbytes.
    case adamW8bit = "adamw_8bit"

    /// Other names for the same arithmetic.
    public static let synonyms: [String: OptimizerName] = [
        "adamw_torch": .adamW, "adamw_torch_fused": .adamW, "adamw_bnb_8bit": .adamW8bit,
    ]
}

/// A linear layer of a block that an adapter can sit on.
public enum TargetModule: String, Sendable, Hashable, CaseIterable {
    case query = "q_proj"
    case key = "k_proj"
    case value = "v_proj"
    case output = "o_proj"
    case gate = "gate_proj"
    case up = "up_proj"
    case down = "down_proj"
}
