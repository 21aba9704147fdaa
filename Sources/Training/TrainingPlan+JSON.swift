import Digests
import StrictJSON

extension TrainingPlan {
    /// Every option by its name, in the order of `TrainingOption`.
    public var json: JSONValue {
        .object(JSONObject(TrainingOption.allCases.compactMap { option in self[option].map { (option.rawValue, $0) } }))
    }

    /// Tells apart any two plans that would train different weights: SHA-256 of the canonical JSON of all options but those
    /// that only say how often to write something down, or how memory is had: what a budget changes of the micro-batches stands in
    /// their own options, and what is computed again is the same to the bit.
    public var digest: ContentDigest {
        let silent: Set<TrainingOption> = [.loggingSteps, .saveSteps, .saveTotalLimit, .memoryBudget, .gradientCheckpointing]
        let decisive = TrainingOption.allCases.filter { !silent.contains($0) }
        let members = decisive.compactMap { option in self[option].map { (option.rawValue, $0) } }
        return ContentDigest(of: JSONValue.object(JSONObject(members)).data(JSONLayout(indent: nil, sortsKeys: true)))
    }

    /// The plan's value of an option; nil for the one of max_steps and num_train_epochs that does not bound this run, and for what
    /// describes an adapter where none is trained.
    public subscript(option: TrainingOption) -> JSONValue? {
        guard method.trainsAdapter || !option.describesAdapter else { return nil }
        return switch option {
        case .method: .string(method.rawValue)
        case .precision: .string(precision.rawValue)
        case .rank: .integer(rank)
        case .alpha: .number(alpha)
        case .dropout: .number(dropout)
        case .bias: "none"
        case .targetModules: .array(targetModules.map { .string($0.rawValue) })
        case .usesRSLoRA: .bool(usesRSLoRA)
        case .batchSize: .integer(batchSize)
        case .accumulation: .integer(accumulation)
        case .warmup: .number(warmup)
        case .maxSteps: if case .steps(let steps) = length { .integer(steps) } else { nil }
        case .epochs: if case .epochs(let epochs) = length { .number(epochs) } else { nil }
        case .learningRate: .number(learningRate)
        case .scheduler: .string(scheduler.rawValue)
        case .minimumLearningRate: .number(minimumLearningRate)
        case .cycles: .integer(cycles)
        case .weightDecay: .number(weightDecay)
        case .optimizer: .string(optimizer.rawValue)
        case .beta1: .number(beta1)
        case .beta2: .number(beta2)
        case .epsilon: .number(epsilon)
        case .maxGradNorm: .number(maxGradNorm)
        case .seed: .integer(Int(seed))
        case .maxLength: .integer(maxLength)
        case .gradientCheckpointing: .bool(gradientCheckpointing)
        case .memoryBudget: memoryBudget.map { .integer($0) }
        case .completionOnlyLoss: .bool(completionOnlyLoss)
        case .shuffle: .bool(shuffle)
        case .chatDate: .string(chatDate.description)
        case .loggingSteps: .integer(loggingSteps)
        case .evalSteps: .number(evalSteps)
        case .saveSteps: .integer(saveSteps)
        case .saveTotalLimit: .integer(saveTotalLimit)
        }
    }
}
