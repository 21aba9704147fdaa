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
    /// What ended it; nil when its room did.
    public let stopToken: Int32?

    public var stoppedByEOS: Bool { stopToken != nil }
}

/// What is to be continued, and how.
public struct GenerationRequest: Sendable, Hashable {
    public var prompt: [Int32]
    public var options: GenerationOptions

    public init(prompt: [Int32], options: GenerationOptions) {
        self.prompt = prompt
        self.options = options
    }

    /// Tokens that its keys and values need room for.
    var room: Int { prompt.count + max(0, options.maxNewTokens) }
}

/// Writes continuations token by token with a key-value cache.
public enum Generation {
    /// Tokens of prompts that are computed at once.
    private static let promptTokens = 2048

    /// - Parameter shouldStop: asked before each token; what is written by then is returned.
    /// - Throws: `ModelError`.
    public static func generate(
        _ model: LlamaModel, adapter: LoRAAdapter? = nil, prompt: [Int32], options: GenerationOptions,
        shouldStop: () -> Bool = { false }
    ) throws -> GeneratedText {
        try generate(
            model, adapter: adapter, requests: [GenerationRequest(prompt: prompt, options: options)], shouldStop: shouldStop)[0]
    }

    /// Writes many continuations at once: each step computes the next token of every one that has not ended. All rows' caches are held
    /// together; `LlamaModel.batches(of:)` says how many requests should share them.
    ///
    /// - Throws: `ModelError`.
    public static func generate(
        _ model: LlamaModel, adapter: LoRAAdapter? = nil, requests: [GenerationRequest], shouldStop: () -> Bool = { false }
    ) throws -> [GeneratedText] {
        guard requests.allSatisfy({ !$0.prompt.isEmpty }) else { throw ModelError.emptyPrompt }
        try model.check(TokenBatch(requests.map { TokenBatch.Row(tokens: $0.prompt) }), adapter)
        var cache = model.newCache(room: requests.map(\.room))
        var rows = requests.map(Continuation.init)
        while true {
            let live = rows.indices.filter { !rows[$0].isFinished }
            guard !live.isEmpty, !shouldStop() else { return rows.map(\.text) }
            for part in parts(of: live, rows) {
                let next = part.map { LlamaModel.NextTokens(row: $0, tokens: rows[$0].next) }
                let logits = model.lastLogits(after: next, &cache, adapter)
                let tokens = zip(part, 0...).map { rows[$0].choose(logits, row: $1) }
                let losses = CrossEntropyKernel.forward(logits, labels: tokens)
                for (place, row) in part.enumerated() { rows[row].append(tokens[place], logProbability: -losses[place]) }
            }
        }
    }

    /// Rows whose next tokens are computed together.
    private static func parts(of live: [Int], _ rows: [Continuation]) -> [[Int]] {
        var parts: [[Int]] = [[]]
        var tokens = 0
        for row in live {
            let count = rows[row].next.count
            if tokens + count > promptTokens, tokens > 0 {
                parts.append([])
                tokens = 0
            }
            parts[parts.count - 1].append(row)
            tokens += count
        }
        return parts
    }
}

/// One request, as far as it has come.
private struct Continuation {
    private let options: GenerationOptions
    private var random: SplitMix64
    private var ids: [Int32] = []
    private var logProbabilities: [Double] = []
    private var stopToken: Int32?
    /// What the model has not seen yet.
    private(set) var next: [Int32]

    init(_ request: GenerationRequest) {
        options = request.options
        random = SplitMix64(seed: request.options.seed)
        next = request.prompt
    }

    var isFinished: Bool { stopToken != nil || ids.count >= options.maxNewTokens }

    var text: GeneratedText {
        GeneratedText(ids: ids, logProbabilities: logProbabilities, stopToken: stopToken)
    }

    mutating func append(_ token: Int32, logProbability: Double) {
        logProbabilities.append(logProbability)
        if options.stopTokens.contains(token) { stopToken = token } else { ids.append(token) }
        next = [token]
    }

    /// The likeliest token (the first of equals), or a draw from softmax(logits / temperature).
    mutating func choose(_ logits: Matrix, row: Int) -> Int32 {
        let best = logits.largestColumn(ofRow: row)
        guard options.temperature > 0 else { return Int32(best) }
        let top = logits[row, best]
        let weights = (0..<logits.columns).map { exp(Double(logits[row, $0] - top) / options.temperature) }
        var draw = random.unit() * weights.reduce(0, +)
        for (token, weight) in weights.enumerated() {
            draw -= weight
            if draw < 0 { return Int32(token) }
        }
        return Int32(best)
    }
}
