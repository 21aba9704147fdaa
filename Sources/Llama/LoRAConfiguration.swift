/// Which modules of a model are chosen, in the forms PEFT's `target_modules` takes.
public enum ModuleSelection: Sendable, Hashable {
    /// A module is chosen when its path equals an entry or ends with "." + entry.
    case names([String])
    /// A module is chosen when the regular expression matches its whole path.
    case pattern(String)
    /// Every linear except the head.
    case allLinear
}

/// One entry of `rank_pattern` or `alpha_pattern`: modules whose path matches `(.*\.)?(key)$` take `value`.
public struct ModulePattern<Value: Sendable & Hashable>: Sendable, Hashable {
    public let key: String
    public let value: Value

    public init(key: String, value: Value) {
        self.key = key
        self.value = value
    }
}

/// What adapter_config.json says about the form of an adapter.
public struct LoRAConfiguration: Sendable, Hashable {
    public var rank: Int
    public var alpha: Double
    /// The probability that an input of A is zeroed while training.
    public var dropout: Double
    /// Scale by α/√r instead of α/r.
    public var usesRSLoRA: Bool
    public var targetModules: ModuleSelection
    public var excludedModules: ModuleSelection?
    /// The layers that are adapted; nil means all.
    public var layers: [Int]?
    /// First match wins.
    public var rankPattern: [ModulePattern<Int>]
    public var alphaPattern: [ModulePattern<Double>]

    public init(
        rank: Int = 16, alpha: Double = 16, dropout: Double = 0, usesRSLoRA: Bool = false,
        targetModules: ModuleSelection = .names([
            "q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj",
        ]),
        excludedModules: ModuleSelection? = nil, layers: [Int]? = nil,
        rankPattern: [ModulePattern<Int>] = [], alphaPattern: [ModulePattern<Double>] = []
    ) {
        self.rank = rank
        self.alpha = alpha
        self.dropout = dropout
        self.usesRSLoRA = usesRSLoRA
        self.targetModules = targetModules
        self.excludedModules = excludedModules
        self.layers = layers
        self.rankPattern = rankPattern
        self.alphaPattern = alphaPattern
    }
}

/// Where in a training run a micro-batch stands: with the seed it decides every dropout mask.
public struct DropoutPosition: Sendable, Hashable {
    public let seed: UInt64
    public let step: Int
    public let microStep: Int

    public init(seed: UInt64, step: Int, microStep: Int) {
        self.seed = seed
        self.step = step
        self.microStep = microStep
    }
}
