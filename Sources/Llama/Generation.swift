/// How a continuation is chosen.
public struct GenerationOptions: Sendable, Hashable {
    public var maxNewTokens: Int
    /// 0 always takes the likeliest token.
    public var temperature: Double
    /// Decides every draw when `temperature` is above 0.
    public var seed: UInt64
    /// Generation ends after any of these.
    public var stopTokens: Set<Int32>

    public init(maxNewTokens: Int, temperature: Double = 0, seed: UInt64 = 0, stopTokens: Set<Int32>) {
        self.maxNewTokens = maxNewTokens
        self.temperature = temperature
        self.seed = seed
        self.stopTokens = stopTokens
    }
}

/// A continuation and how likely each of its tokens was.
public struct GeneratedText: Sendable, Hashable {
    /// The new tokens, without the stop token.
    public let ids: [Int32]
    /// log p (at temperature 1) of each new token; one more than `ids` when a stop token ended it.
    public let logProbabilities: [Double]
    public let stoppedByEOS: Bool
}

/// Writes continuations token by token with a key-value cache.
public enum Generation {
    public static func generate(
        _ model: LlamaModel, adapter: LoRAAdapter? = nil, prompt: [Int32], options: GenerationOptions
    ) throws -> GeneratedText {
        fatalError("lands next")
    }
}
