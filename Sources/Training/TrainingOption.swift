/// The options of a training, by the names that adapter files, plans and messages use.
public enum TrainingOption: String, Sendable, Hashable, CaseIterable {
    case method
    case precision
    case rank = "r"
    case alpha = "lora_alpha"
    case dropout = "lora_dropout"
    case bias
    case targetModules = "target_modules"
    case usesRSLoRA = "use_rslora"
    case batchSize = "batch_size"
    case accumulation = "gradient_accumulation_steps"
    case warmup = "warmup_steps"
    case maxSteps = "max_steps"
    case epochs = "num_train_epochs"
    case learningRate = "learning_rate"
    case scheduler = "lr_scheduler_type"
    case minimumLearningRate = "min_lr"
    case cycles = "num_cycles"
    case weightDecay = "weight_decay"
    case optimizer = "optim"
    case beta1 = "adam_beta1"
    case beta2 = "adam_beta2"
    case epsilon = "adam_epsilon"
    case maxGradNorm = "max_grad_norm"
    case seed
    case maxLength = "max_length"
    case gradientCheckpointing = "gradient_checkpointing"
    case memoryBudget = "memory_budget"
    case completionOnlyLoss = "completion_only_loss"
    case shuffle
    case chatDate = "chat_date"
    case loggingSteps = "logging_steps"
    case evalSteps = "eval_steps"
    case saveSteps = "save_steps"
    case saveTotalLimit = "save_total_limit"

    /// The option of that name, in its own spelling, a common one, or with hyphens for underscores.
    public init?(named name: String) {
        let name = name.replacing("-", with: "_")
        guard let option = Self(rawValue: name) ?? Self.synonyms[name] else { return nil }
        self = option
    }

    /// Whether it means anything only where an adapter is trained.
    public var describesAdapter: Bool {
        switch self {
        case .rank, .alpha, .dropout, .bias, .targetModules, .usesRSLoRA: true
        default: false
        }
    }

    static let synonyms: [String: TrainingOption] = [
        "rank": .rank, "alpha": .alpha, "dropout": .dropout, "per_device_train_batch_size": .batchSize,
        "accumulation": .accumulation, "epochs": .epochs, "lr": .learningRate, "scheduler": .scheduler,
        "max_seq_length": .maxLength, "optimizer": .optimizer,
    ]

    /// What the option takes, as a message says it.
    public var allowed: String {
        switch self {
        case .method: TrainingMethod.allCases.map(\.rawValue).joined(separator: ", ")
        case .precision: "bf16 or fp32"
        case .rank: "a whole number from 1 to 1024"
        case .alpha: "a number above 0, up to 65536"
        case .dropout: "a number from 0 up to, but not including, 1"
        case .bias: "none"
        case .targetModules: "all-linear, or some of " + TargetModule.allCases.map(\.rawValue).joined(separator: ", ")
        case .usesRSLoRA, .gradientCheckpointing, .completionOnlyLoss, .shuffle: "true or false"
        case .memoryBudget: "a size such as 6GB or 800MiB"
        case .batchSize, .accumulation, .cycles: "a whole number from 1 to 4096"
        case .warmup: "0, a share of the steps below 1, or a whole number of steps up to 10000000"
        case .maxSteps: "a whole number from 1 to 10000000"
        case .epochs: "a number above 0, up to 10000"
        case .learningRate: "a number above 0, up to 10"
        case .minimumLearningRate: "a number from 0 up to the learning rate"
        case .scheduler: SchedulerName.allCases.map(\.rawValue).joined(separator: ", ")
        case .weightDecay: "a number from 0 to 1"
        case .optimizer: (OptimizerName.allCases.map(\.rawValue) + OptimizerName.synonyms.keys.sorted()).joined(separator: ", ")
        case .beta1, .beta2: "a number from 0 up to, but not including, 1"
        case .epsilon: "a number above 0, up to 1"
        case .maxGradNorm: "a number from 0 (no clipping) to 1000000"
        case .seed: "a whole number from 0 to \(Int.max)"
        case .maxLength: "a whole number from 2 to 1048576"
        case .chatDate: "a date such as 2024-07-26"
        case .loggingSteps: "a whole number from 1 to 10000000"
        case .evalSteps: "a share of max_steps above 0 and below 1, or a whole number of steps up to 10000000"
        case .saveSteps: "a whole number from 0 (only at the end) to 10000000"
        case .saveTotalLimit: "a whole number from 1 to 1000"
        }
    }
}
