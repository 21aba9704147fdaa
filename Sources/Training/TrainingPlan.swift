import Llama
import Tensors

/// Everything that decides what a training does, with nothing left open.
///
/// Made from what was typed, then what the adapter file declares, then the guide's settings.
public struct TrainingPlan: Sendable, Hashable {
    public let method: TrainingMethod
    /// What products are made of; sums, the residual stream, pairs and moments are in 32 bits in any case.
    public let precision: Arithmetic
    /// How the frozen linear layers are kept; the masters where they are trained themselves.
    public let storage: BasePrecision
    /// This and the next four describe an adapter and mean nothing where none is trained.
    public private(set) var rank: Int
    public private(set) var alpha: Double
    public let dropout: Double
    public let targetModules: [TargetModule]
    public let usesRSLoRA: Bool
    /// Rows of one micro-batch.
    public private(set) var batchSize: Int
    /// Micro-batches of one optimizer step; the last step of an epoch may have fewer.
    public private(set) var accumulation: Int
    public let warmup: Double
    public let length: TrainingLength
    public let learningRate: Double
    public let scheduler: SchedulerName
    public let minimumLearningRate: Double
    public let cycles: Int
    public let weightDecay: Double
    public let optimizer: OptimizerName
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    /// The global L2 norm that gradients are clipped to; 0 leaves them alone.
    public let maxGradNorm: Double
    public let seed: UInt64
    /// Tokens kept of each row, counted from its start.
    public let maxLength: Int
    /// Recomputes each block's activations in the backward pass instead of keeping them.
    public let gradientCheckpointing: Bool
    /// Bytes that the process may take; nil for no bound. Within a budget it decides what is recomputed and how rows are cut.
    public let memoryBudget: Int?
    /// Loss on answers only; otherwise on every token of every row.
    public let completionOnlyLoss: Bool
    public let shuffle: Bool
    /// The day that chat templates see as today, so that a run can be repeated.
    public let chatDate: CalendarDay
    public let loggingSteps: Int
    /// Steps between looks at the held-out rows, or their share of the planned steps below 1.
    public let evalSteps: Double
    /// Steps between checkpoints; 0 keeps none but the last.
    public let saveSteps: Int
    public let saveTotalLimit: Int
}

extension TrainingPlan {
    /// - Parameter declared: what the adapter file says; used where nothing was typed.
    /// - Parameters:
    ///   - stored: the precision of the base's own file. A base of brain floats is computed with brain floats where the processor
    ///     multiplies them; one of 32-bit floats would lose by it, and is not unless somebody asks.
    ///   - positions: the longest row that the base was made for; nil where it has no such bound.
    ///   - multipliesBrainFloats: whether the processor does.
    public init(
        typed: TrainingOptions, declared: TrainingOptions = TrainingOptions(), stored: BasePrecision = .fp32,
        positions: Int? = nil,
        multipliesBrainFloats: Bool = KernelPath.current.multipliesBrainFloats
    ) throws(PlanError) {
        try typed.requireOneLength()
        try declared.requireOneLength()
        let wanted = PlanValues(typed: typed, declared: declared)
        method = wanted[\.method] ?? .qlora
        precision = wanted[\.precision] ?? (stored == .bf16 && multipliesBrainFloats ? .bf16 : .fp32)
        storage =
            switch method {
            case .qlora: .nf4
            case .lora: precision == .bf16 ? .bf16 : stored
            case .full: .fp32
            }
        try wanted.requireAdapter(in: method)
        rank = try wanted.integer(.rank, \.rank, 16, 1...1024)
        alpha = try wanted.number(.alpha, \.alpha, 16, above: 0, through: 65536)
        dropout = try wanted.number(.dropout, \.dropout, 0, from: 0, below: 1)
        try wanted.require(\.bias, .bias) { $0 == "none" }
        targetModules = try wanted.modules()
        usesRSLoRA = wanted[\.usesRSLoRA] ?? false
        batchSize = try wanted.integer(.batchSize, \.batchSize, 2, 1...4096)
        accumulation = try wanted.integer(.accumulation, \.accumulation, 4, 1...4096)
        length = try wanted.length(otherwise: 500)
        learningRate = try wanted.number(.learningRate, \.learningRate, method.learningRate, above: 0, through: 10)
        scheduler = wanted[\.scheduler] ?? .cosine
        warmup = try wanted.warmup(otherwise: scheduler == .constant ? 0 : 10)
        minimumLearningRate = try wanted.number(.minimumLearningRate, \.minimumLearningRate, 0, from: 0, through: learningRate)
        cycles = try wanted.integer(.cycles, \.cycles, 1, 1...4096)
        weightDecay = try wanted.number(.weightDecay, \.weightDecay, 0.01, from: 0, through: 1)
        optimizer = wanted[\.optimizer] ?? .adamW8bit
        beta1 = try wanted.number(.beta1, \.beta1, 0.9, from: 0, below: 1)
        beta2 = try wanted.number(.beta2, \.beta2, 0.999, from: 0, below: 1)
        epsilon = try wanted.number(.epsilon, \.epsilon, 1e-8, above: 0, through: 1)
        maxGradNorm = try wanted.number(.maxGradNorm, \.maxGradNorm, 1, from: 0, through: 1_000_000)
        seed = UInt64(try wanted.integer(.seed, \.seed, 3407, 0...Int.max))
        maxLength = try wanted.maxLength(otherwise: 2048, positions: positions)
        memoryBudget = try wanted.memoryBudget()
        gradientCheckpointing = memoryBudget != nil || wanted[\.gradientCheckpointing] ?? true
        completionOnlyLoss = wanted[\.completionOnlyLoss] ?? true
        shuffle = wanted[\.shuffle] ?? true
        chatDate = try wanted.day(otherwise: "2024-07-26")
        loggingSteps = try wanted.integer(.loggingSteps, \.loggingSteps, 10, 1...10_000_000)
        evalSteps = try wanted.evalSteps(otherwise: 0.1)
        saveSteps = try wanted.integer(.saveSteps, \.saveSteps, 50, 0...10_000_000)
        saveTotalLimit = try wanted.integer(.saveTotalLimit, \.saveTotalLimit, 2, 1...1000)
        try wanted.requireReach(of: scheduler)
    }

    /// The same rows to a step in smaller micro-batches.
    func cut(intoRowsOf size: Int) -> TrainingPlan {
        precondition(batchSize.isMultiple(of: size), "micro-batches are cut evenly")
        var plan = self
        plan.accumulation = accumulation * (batchSize / size)
        plan.batchSize = size
        return plan
    }

    /// The same training at another rank. `lora_alpha` grows with it, so that the adapter's scale stays what it was.
    public func escalated(toRank rank: Int) -> TrainingPlan {
        var plan = self
        plan.rank = rank
        plan.alpha = alpha * Double(rank) / Double(self.rank)
        return plan
    }
}

extension TrainingOptions {
    fileprivate func requireOneLength() throws(PlanError) {
        guard let maxSteps, let epochs else { return }
        throw .contradiction(.maxSteps, value: "\(maxSteps)", .epochs, otherValue: "\(epochs)")
    }
}
