import Llama
import StrictJSON
import Tensors

/// A few prompts with what an adapter answers to them and how likely each token was, with it and without: by these it is known again,
/// wherever it is served.
public struct GoldenProbes: Sendable, Hashable {
    public static let fileName = "probes.json"
    /// How many there are at most, and how many tokens an answer has at most.
    public static let (limit, room) = (8, 48)

    public let source: ProbePrompts.Source
    /// How the base was kept, and what it was computed with.
    public let storage: BasePrecision
    public let arithmetic: Arithmetic
    public let probes: [GoldenProbe]

    /// The largest change that the adapter makes to the log-probability of a token of its answers, in nats; nil without probes.
    public var effect: Double? { probes.flatMap(\.changes).map(abs).max() }

    /// The share of answers that ended by themselves, of those that a row says would fit; nil where no row does.
    public var stopRate: Double? {
        let ending = probes.filter { probe in probe.prompt.expectedTokens.map { $0 <= Self.room } ?? false }
        return ending.isEmpty ? nil : Double(ending.count { $0.answer.isStopped }) / Double(ending.count)
    }
}

/// One prompt and its answers.
public struct GoldenProbe: Sendable, Hashable {
    public let prompt: ProbePrompt
    /// The adapter's.
    public let answer: GoldenAnswer
    /// log p of the adapter's tokens under the base alone.
    public let baseLogProbabilities: [Double]
    /// The base's own.
    public let baseAnswer: GoldenAnswer

    public init(prompt: ProbePrompt, answer: GoldenAnswer, baseLogProbabilities: [Double], baseAnswer: GoldenAnswer) {
        (self.prompt, self.answer, self.baseAnswer) = (prompt, answer, baseAnswer)
        self.baseLogProbabilities = baseLogProbabilities
    }

    /// What the adapter adds to the log-probability of each of its tokens.
    var changes: [Double] { zip(answer.logProbabilities, baseLogProbabilities).map { $0 - $1 } }
}

/// A greedy answer.
public struct GoldenAnswer: Sendable, Hashable {
    public let text: String
    /// Without the token that ended it.
    public let ids: [Int32]
    /// How many Unicode scalars of the text stand after each token; a character that several tokens spell is there after the last.
    public let ends: [Int]
    /// log p of each token; one more than `ids` when a stop token ended it.
    public let logProbabilities: [Double]

    public init(text: String, ids: [Int32], ends: [Int], logProbabilities: [Double]) {
        (self.text, self.ids, self.ends, self.logProbabilities) = (text, ids, ends, logProbabilities)
    }

    /// Whether it ended by itself.
    public var isStopped: Bool { logProbabilities.count > ids.count }
}
