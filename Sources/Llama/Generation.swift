import Foundation
import Randomness
import Tensors

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
    /// log p of each new token, at temperature 1 whatever the temperature of the draw; one more than `ids` when a stop token
    /// ended it.
    public let logProbabilities: [Double]
    public let stoppedByEOS: Bool
}

/// Writes continuations token by token with a key-value cache.
public enum Generation {
    /// - Throws: `ModelError`.
    public static func generate(
        _ model: LlamaModel, adapter: LoRAAdapter? = nil, prompt: [Int32], options: GenerationOptions
    ) throws -> GeneratedText {
        guard !prompt.isEmpty else { throw ModelError.emptyPrompt }
        try model.check(TokenBatch([TokenBatch.Row(tokens: prompt)]), adapter)
        var cache = model.newCache()
        var random = SplitMix64(seed: options.seed)
        var (ids, logProbabilities): ([Int32], [Double]) = ([], [])
        var next = prompt
        while ids.count < options.maxNewTokens {
            let logits = model.lastLogits(after: next, &cache, adapter)
            let token = choose(logits.values, temperature: options.temperature, &random)
            logProbabilities.append(-CrossEntropyKernel.forward(logits, labels: [token])[0])
            if options.stopTokens.contains(token) {
                return GeneratedText(ids: ids, logProbabilities: logProbabilities, stoppedByEOS: true)
            }
            ids.append(token)
            next = [token]
        }
        return GeneratedText(ids: ids, logProbabilities: logProbabilities, stoppedByEOS: false)
    }

    /// The likeliest token (the first of equals), or a draw from softmax(logits / temperature).
    private static func choose(_ logits: [Float], temperature: Double, _ random: inout SplitMix64) -> Int32 {
        let best = logits.indices.reduce(0) { logits[$1] > logits[$0] ? $1 : $0 }
        guard temperature > 0 else { return Int32(best) }
        let weights = logits.map { exp(Double($0 - logits[best]) / temperature) }
        var draw = random.unit() * weights.reduce(0, +)
        for (token, weight) in weights.enumerated() {
            draw -= weight
            if draw < 0 { return Int32(token) }
        }
        return Int32(best)
    }
}
