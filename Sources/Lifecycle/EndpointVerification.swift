import Adapters
import Endpoints
import Foundation
import HTTP
import Llama
import StrictJSON
import Training

/// What a server was found to answer with.
public struct EndpointVerification: Sendable {
    /// One probe, as it was answered.
    public struct Line: Sendable, Hashable {
        /// Of the held-out file; nil for a built-in prompt.
        public let line: Int?
        /// Whose answer it is; nil where that cannot be told.
        public let likeness: ProbeLikeness?
        public let isWhole: Bool
        public let matchedTokens: Int
        public let tokens: Int
        /// As the server counts them; nil where it does not tell.
        public let promptTokens: Int?
        public let expectedPromptTokens: Int
        /// In nats; nil where nothing can be compared.
        public let meanDeviation: Double?
        public let largestDeviation: Double?
        public let text: String
        public let expectedText: String
        public let baseText: String
    }

    /// What the replies in one form amount to.
    public struct Summary: Sendable, Hashable {
        public let telling: Int
        public let likeness: ProbeLikeness?
        public let wholeTexts: Int
        /// Replies that are like the adapter's answers, and like the base's.
        public let adapterReplies: Int
        public let baseReplies: Int
        public let comparedTokens: Int
        public let meanDeviation: Double?
        public let largestDeviation: Double?
    }

    public let version: VersionID
    public let server: URL
    public let model: String
    public let diagnosis: EndpointDiagnosis
    /// Another version whose answers these are.
    public let nearest: VersionID?
    public let tolerance: Double
    /// In nats; nil where no token was compared.
    public let effect: Double?
    /// How the base was kept where the probes were made.
    public let storage: BasePrecision
    /// Whether the version carries its probes; else they were made for this.
    public let wasKept: Bool
    public let lines: [Line]
    public let usual: Summary
    /// By token ids and by rendered prompts; nil where that was not needed or not taken.
    public let tokens: Summary?
    public let text: Summary?
    /// Replies whose count of prompt tokens is not the recorded one, and how many told any.
    public let promptCounts: (told: Int, different: Int)
    public let asksByChat: Bool

    init(
        version: VersionID, endpoint: Endpoint, tolerance: Double, golden: GoldenProbes, wasKept: Bool, replies: DiagnosedReplies,
        diagnosis: EndpointDiagnosis, nearest: VersionID?
    ) {
        (self.version, server, model) = (version, endpoint.url, endpoint.model)
        (self.diagnosis, self.nearest, self.tolerance, self.wasKept) = (diagnosis, nearest, tolerance, wasKept)
        (effect, storage) = (golden.effect, golden.storage)
        lines = zip(golden.probes, replies.usual.comparisons).map { Line($0, $1) }
        usual = Summary(replies.usual)
        (tokens, text) = (replies.tokens.map { Summary($0) }, replies.text.map { Summary($0) })
        promptCounts = replies.usual.promptCounts(golden.probes)
        asksByChat = golden.probes.asksByChat
    }
}

extension EndpointVerification.Line {
    fileprivate init(_ probe: GoldenProbe, _ comparison: ProbeComparison) {
        let deviations = comparison.logProbabilities.map(\.deviation)
        self.init(
            line: probe.prompt.line, likeness: comparison.likeness, isWhole: comparison.isWhole,
            matchedTokens: comparison.matchedTokens, tokens: probe.answer.ids.count,
            promptTokens: comparison.reply.promptTokens, expectedPromptTokens: probe.prompt.ids.count,
            meanDeviation: deviations.isEmpty ? nil : deviations.reduce(0, +) / Double(deviations.count),
            largestDeviation: deviations.max(), text: comparison.reply.text, expectedText: probe.answer.text,
            baseText: probe.baseAnswer.text)
    }
}

extension EndpointVerification.Summary {
    fileprivate init(_ replayed: ReplayedProbes) {
        self.init(
            telling: replayed.telling, likeness: replayed.likeness, wholeTexts: replayed.wholeTexts,
            adapterReplies: replayed.comparisons.count { $0.likeness == .adapter },
            baseReplies: replayed.comparisons.count { $0.likeness == .base },
            comparedTokens: replayed.comparedTokens, meanDeviation: replayed.meanDeviation,
            largestDeviation: replayed.largestDeviation)
    }

    fileprivate var json: JSONValue {
        [
            "answers_like": likeness.map { .string($0.rawValue) } ?? .null, "telling_probes": .integer(telling),
            "adapter_replies": .integer(adapterReplies), "base_replies": .integer(baseReplies),
            "same_texts": .integer(wholeTexts), "compared_tokens": .integer(comparedTokens),
            "mean_deviation": meanDeviation.map { .number($0) } ?? .null,
            "largest_deviation": largestDeviation.map { .number($0) } ?? .null,
        ]
    }
}

extension EndpointVerification {
    /// `lora.verify-endpoint/1`.
    public var json: JSONValue {
        [
            "schema": "lora.verify-endpoint/1", "version": .string("\(version)"), "server": .string(server.absoluteString),
            "model": .string(model), "diagnosis": .string(diagnosis.rawValue),
            "nearest": nearest.map { .string("\($0)") } ?? .null, "tolerance": .number(tolerance),
            "effect": effect.map { .number($0) } ?? .null, "storage": .string(storage.rawValue), "probes_kept": .bool(wasKept),
            "prompt_counts_different": .integer(promptCounts.different), "prompt_counts_told": .integer(promptCounts.told),
            "usual": usual.json, "token_ids": tokens?.json ?? .null, "rendered_prompt": text?.json ?? .null,
            "probes": .array(lines.map(\.json)),
        ]
    }
}

extension EndpointVerification.Line {
    fileprivate var json: JSONValue {
        [
            "line": line.map { .integer($0) } ?? .null, "answers_like": likeness.map { .string($0.rawValue) } ?? .null,
            "same_text": .bool(isWhole), "matched_tokens": .integer(matchedTokens), "tokens": .integer(tokens),
            "prompt_tokens": promptTokens.map { .integer($0) } ?? .null,
            "expected_prompt_tokens": .integer(expectedPromptTokens),
            "mean_deviation": meanDeviation.map { .number($0) } ?? .null,
            "largest_deviation": largestDeviation.map { .number($0) } ?? .null, "text": .string(text),
            "expected_text": .string(expectedText), "base_text": .string(baseText),
        ]
    }
}
