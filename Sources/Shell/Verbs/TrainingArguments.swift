import ArgumentParser
import StrictJSON
import Tensors
import Training

/// The settings of a training, under the names Hugging Face users know; the plan checks what they may be.
struct TrainingArguments: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "What is trained: an adapter on a base kept in NF4 (qlora) or 16 or 32 bits (lora), or all weights (full).",
            valueName: "name"), completion: .list(TrainingMethod.allCases.map(\.rawValue)))
    var method: String?
    @Option(
        help: ArgumentHelp("What products are made of: bf16 or fp32.", valueName: "name"),
        completion: .list(Arithmetic.allCases.map(\.rawValue)))
    var precision: String?
    @Option(name: [.customLong("r"), .customLong("rank")], help: ArgumentHelp("LoRA rank.", valueName: "n"))
    var rank: String?
    @Option(name: [.customLong("lora-alpha"), .customLong("alpha")], help: ArgumentHelp("LoRA alpha.", valueName: "x"))
    var alpha: String?
    @Option(
        name: [.customLong("lora-dropout"), .customLong("dropout")],
        help: ArgumentHelp("LoRA dropout while training.", valueName: "x"))
    var dropout: String?
    @Option(help: ArgumentHelp("Which biases are trained; only none.", valueName: "name"))
    var bias: String?
    @Option(help: ArgumentHelp("Modules to adapt, with commas, or all-linear.", valueName: "names"))
    var targetModules: String?
    @Flag(inversion: .prefixedNo, help: "Scale by alpha/√r instead of alpha/r.")
    var useRslora: Bool?
    @Option(
        name: [.customLong("batch-size"), .customLong("per-device-train-batch-size")],
        help: ArgumentHelp("Rows of a micro-batch.", valueName: "n"))
    var batchSize: String?
    @Option(
        name: [.customLong("gradient-accumulation-steps"), .customLong("accumulation")],
        help: ArgumentHelp("Micro-batches of one optimizer step.", valueName: "n"))
    var gradientAccumulationSteps: String?
    @Option(help: ArgumentHelp("Warm-up: steps, or a share of all steps below 1.", valueName: "n"))
    var warmupSteps: String?
    @Option(help: ArgumentHelp("Optimizer steps.", valueName: "n"))
    var maxSteps: String?
    @Option(
        name: [.customLong("num-train-epochs"), .customLong("epochs")],
        help: ArgumentHelp("Passes over the rows, instead of --max-steps.", valueName: "x"))
    var epochs: String?
    @Option(
        name: [.customLong("learning-rate"), .customLong("lr")],
        help: ArgumentHelp("Peak learning rate; 2e-4, or 2e-5 with --method full.", valueName: "x"))
    var learningRate: String?
    @Option(
        name: [.customLong("lr-scheduler-type"), .customLong("scheduler")],
        help: ArgumentHelp("Learning-rate schedule, such as cosine, linear or constant.", valueName: "name"),
        completion: .list(SchedulerName.allCases.map(\.rawValue)))
    var scheduler: String?
    @Option(help: ArgumentHelp("Lowest rate of cosine_with_min_lr.", valueName: "x"))
    var minLr: String?
    @Option(help: ArgumentHelp("Cycles of cosine_with_restarts.", valueName: "n"))
    var numCycles: String?
    @Option(help: ArgumentHelp("Decoupled weight decay.", valueName: "x"))
    var weightDecay: String?
    @Option(
        help: ArgumentHelp("adamw_8bit or adamw.", valueName: "name"),
        completion: .list(OptimizerName.allCases.map(\.rawValue)))
    var optim: String?
    @Option(help: ArgumentHelp("Decay of AdamW's first moment.", valueName: "x"))
    var adamBeta1: String?
    @Option(help: ArgumentHelp("Decay of AdamW's second moment.", valueName: "x"))
    var adamBeta2: String?
    @Option(help: ArgumentHelp("AdamW's epsilon.", valueName: "x"))
    var adamEpsilon: String?
    @Option(help: ArgumentHelp("Global gradient norm to clip to; 0 leaves gradients alone.", valueName: "x"))
    var maxGradNorm: String?
    @Option(help: ArgumentHelp("Seed of initial weights, order and dropout.", valueName: "n"))
    var seed: String?
    @Option(
        name: [.customLong("max-length"), .customLong("max-seq-length")],
        help: ArgumentHelp("Tokens kept of each row.", valueName: "n"))
    var maxLength: String?
    @Flag(inversion: .prefixedNo, help: "Recompute activations in the backward pass.")
    var gradientCheckpointing: Bool?
    @Option(
        help: ArgumentHelp(
            "Memory that the process may take, such as 6GB: decides what is recomputed, how rows are cut, and whether the base streams.",
            valueName: "size"))
    var memoryBudget: String?
    @Flag(inversion: .prefixedNo, help: "Count the loss of answers only.")
    var completionOnlyLoss: Bool?
    @Flag(inversion: .prefixedNo, help: "Shuffle the rows anew each epoch.")
    var shuffle: Bool?
    @Option(help: ArgumentHelp("The day that chat templates take for today.", valueName: "date"))
    var chatDate: String?
    @Option(help: ArgumentHelp("Steps between entries of trainer_state.json.", valueName: "n"))
    var loggingSteps: String?
    @Option(help: ArgumentHelp("Steps between looks at the held-out rows, or a share of all steps below 1.", valueName: "n"))
    var evalSteps: String?
    @Option(help: ArgumentHelp("Steps between checkpoints; 0 keeps only the last.", valueName: "n"))
    var saveSteps: String?
    @Option(help: ArgumentHelp("Checkpoints to keep.", valueName: "n"))
    var saveTotalLimit: String?

    private var texts: [(TrainingOption, String?)] {
        [
            (.method, method), (.precision, precision), (.rank, rank), (.alpha, alpha), (.dropout, dropout), (.bias, bias),
            (.targetModules, targetModules), (.batchSize, batchSize), (.accumulation, gradientAccumulationSteps),
            (.warmup, warmupSteps), (.maxSteps, maxSteps), (.epochs, epochs), (.learningRate, learningRate),
            (.scheduler, scheduler), (.minimumLearningRate, minLr), (.cycles, numCycles), (.weightDecay, weightDecay),
            (.optimizer, optim), (.beta1, adamBeta1), (.beta2, adamBeta2), (.epsilon, adamEpsilon),
            (.maxGradNorm, maxGradNorm), (.seed, seed), (.maxLength, maxLength), (.chatDate, chatDate),
            (.memoryBudget, memoryBudget),
            (.loggingSteps, loggingSteps), (.evalSteps, evalSteps), (.saveSteps, saveSteps), (.saveTotalLimit, saveTotalLimit),
        ]
    }

    private var flags: [(TrainingOption, Bool?)] {
        [
            (.usesRSLoRA, useRslora), (.gradientCheckpointing, gradientCheckpointing),
            (.completionOnlyLoss, completionOnlyLoss), (.shuffle, shuffle),
        ]
    }

    /// What was typed, by the names of adapter files.
    func options() throws -> TrainingOptions {
        let typed = texts.compactMap { option, text in text.map { (option.rawValue, JSONValue(typed: $0)) } }
        let set = flags.compactMap { option, flag in flag.map { (option.rawValue, JSONValue.bool($0)) } }
        return try TrainingOptions(declared: JSONObject(typed + set))
    }
}

/// The same training by another method.
extension TrainingArguments {
    /// Full fine-tuning has no adapter to describe, and takes a tenth of an adapter's rate: see `TrainingMethod.learningRate`.
    func by(_ method: TrainingMethod) -> TrainingArguments {
        var arguments = self
        arguments.method = method.rawValue
        guard !method.trainsAdapter else { return arguments }
        (arguments.rank, arguments.alpha, arguments.dropout, arguments.bias) = (nil, nil, nil, nil)
        (arguments.targetModules, arguments.useRslora) = (nil, nil)
        arguments.learningRate = Self.tenth(of: learningRate)
        arguments.minLr = Self.tenth(of: minLr)
        return arguments
    }

    /// What is no number is left for the plan to refuse.
    private static func tenth(of text: String?) -> String? {
        text.map { text in Double(text).map { "\($0 / 10)" } ?? text }
    }

    /// The words that say this.
    var words: [String] {
        func name(_ option: TrainingOption) -> String { option.rawValue.replacing("_", with: "-") }
        let valued = texts.flatMap { option, text -> [String] in text.map { ["--\(name(option))", $0] } ?? [] }
        return valued + flags.compactMap { option, flag in flag.map { "--\($0 ? "" : "no-")\(name(option))" } }
    }
}

/// How a whole model is stored, by the names of `--precision`.
enum StoredType: String, ExpressibleByArgument, CaseIterable {
    case bf16
    case fp16
    case fp32

    var type: FloatType {
        switch self {
        case .bf16: .bf16
        case .fp16: .f16
        case .fp32: .f32
        }
    }
}

extension JSONValue {
    /// A typed word as the number it spells, else as text.
    fileprivate init(typed text: String) {
        if let integer = Int(text) {
            self = .integer(integer)
        } else if let number = Double(text), number.isFinite {
            self = .number(number)
        } else {
            self = .string(text)
        }
    }
}
