import StrictJSON

/// The architectures whose forward and backward are implemented.
public enum Architecture: String, Sendable, Hashable, CaseIterable {
    case llama = "LlamaForCausalLM"
    case mistral = "MistralForCausalLM"
    case qwen2 = "Qwen2ForCausalLM"
    case qwen3 = "Qwen3ForCausalLM"
    case smollm3 = "SmolLM3ForCausalLM"

    /// The `model_type` of config.json.
    public var modelType: String {
        switch self {
        case .llama: "llama"
        case .mistral: "mistral"
        case .qwen2: "qwen2"
        case .qwen3: "qwen3"
        case .smollm3: "smollm3"
        }
    }
}

/// What config.json says about a model, with every default of its family filled in.
public struct ModelConfiguration: Sendable, Hashable {
    /// Which linears carry a bias vector.
    public struct Biases: Sendable, Hashable {
        public let queryKeyValue: Bool
        public let attentionOutput: Bool
        public let feedForward: Bool
    }

    /// What differs from layer to layer.
    public struct Layer: Sendable, Hashable {
        /// Keys a query sees, itself counted; nil sees every earlier one.
        public let window: Int?
        /// Whether queries and keys are rotated by position.
        public let rotates: Bool
    }

    public let architecture: Architecture
    public let vocabularySize: Int
    public let hiddenSize: Int
    public let intermediateSize: Int
    public let headCount: Int
    public let keyValueHeadCount: Int
    public let headSize: Int
    public let maximumPositions: Int

    /// The longest row that the model was made for; nil where its rotation adapts to any length.
    public var positionLimit: Int? {
        if case .dynamic = rotary.scaling { nil } else { maximumPositions }
    }
    public let normEpsilon: Float
    public let tiesWordEmbeddings: Bool
    public let biases: Biases
    /// RMSNorm on each head of queries and keys before rotation (Qwen3).
    public let normalizesHeads: Bool
    public let rotary: RotaryConfiguration
    public let layers: [Layer]
    /// Tokens of config.json; `LlamaModel.stopTokens` adds those of generation_config.json.
    public let beginToken: Int32?
    public let endTokens: [Int32]
    public let padToken: Int32?
    /// config.json as it was read, for those who write a changed model.
    public let source: JSONObject

    public var layerCount: Int { layers.count }
    public var parameterCount: Int {
        let linears = linearModules.reduce(0) { $0 + $1.outputs * $1.inputs + ($1.hasBias ? $1.outputs : 0) }
        let norms = layerCount * (2 * hiddenSize + (normalizesHeads ? 2 * headSize : 0)) + hiddenSize
        return linears + norms + vocabularySize * hiddenSize * (tiesWordEmbeddings ? 1 : 2)
    }
}
