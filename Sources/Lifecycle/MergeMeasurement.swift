import Adapters
import Export
import Foundation
import Llama
import Policies
import StrictJSON
import Tensors
import Training

/// What a merged model showed beside the adapter on the base that it was trained on.
public struct MergeMeasurement: Sendable, Hashable {
    public let candidate: MergeCandidate
    /// Mean KL divergence from the adapter, in nats per supervised token, and the largest of one token.
    public let divergence: Double
    public let largestDivergence: Double
    /// Tokens after which both find the same one likeliest.
    public let agreeing: Int
    public let tokens: Int
    /// Nil where no task says what is right.
    public let score: HeldOutScore?
    public let adapterScore: HeldOutScore?

    init(
        _ candidate: MergeCandidate, _ tokens: [TokenDivergence], score: HeldOutScore?, adapterScore: HeldOutScore?
    ) {
        self.candidate = candidate
        self.score = score
        self.adapterScore = adapterScore
        self.tokens = tokens.count
        divergence = tokens.isEmpty ? 0 : tokens.reduce(0) { $0 + $1.divergence } / Double(tokens.count)
        largestDivergence = tokens.map(\.divergence).max() ?? 0
        agreeing = tokens.count { $0.agrees }
    }

    public var agreement: Double { tokens == 0 ? 1 : Double(agreeing) / Double(tokens) }

    var facts: MergeFacts {
        MergeFacts(
            divergence: divergence, agreement: agreement, error: score?.error?.value, adapterError: adapterScore?.error?.value)
    }

    func json(_ rules: MergeRules) -> JSONValue {
        [
            "candidate": .string(candidate.rawValue), "mean_kl": .number(divergence), "largest_kl": .number(largestDivergence),
            "tokens": .integer(tokens), "agreeing": .integer(agreeing), "agreement": .number(agreement),
            "score": score?.json ?? .null, "error": score?.error.map { .number($0.value) } ?? .null,
            "rules": .array(
                rules.findings(on: facts).map {
                    [
                        "rule": .string($0.rule), "passed": .bool($0.passed), "value": .number($0.value),
                        "limit": .number($0.limit),
                    ]
                }),
        ]
    }
}

/// Puts the same rows to the adapter on its training base and to merged models.
struct MergeExaminer {
    let subject: MergeSubject
    let sources: MergeSources
    /// What merged models are computed with: halves and 32-bit floats lose by brain floats what they were chosen for.
    let arithmetic: Arithmetic
    let now: Timestamp
    let progress: Examiner.Progress

    /// - Parameter weights: of each candidate.
    func run(_ weights: [(MergeCandidate, StreamedWeights)]) throws -> [MergeMeasurement] {
        let reference = try LlamaModel(
            ModelForm(folder: subject.baseFolder, arithmetic: subject.arithmetic), streaming: sources.trainingBase(),
            subject.storage)
        let models = try weights.map { candidate, weights in
            let form = try ModelForm(folder: subject.baseFolder, arithmetic: arithmetic)
            return (candidate: candidate, model: try LlamaModel(form, streaming: weights, .fp32))
        }
        let divergences = try divergences(models.map(\.model), from: reference)
        let adapterScore = try score(reference, adapter: subject.adapter, as: "adapter")
        return try zip(models, divergences).map { entry, tokens in
            MergeMeasurement(
                entry.candidate, tokens, score: try score(entry.model, adapter: nil, as: entry.candidate.rawValue),
                adapterScore: adapterScore)
        }
    }

    /// Token by token, for each model.
    private func divergences(_ models: [LlamaModel], from reference: LlamaModel) throws -> [[TokenDivergence]] {
        let rows = subject.rows.filter { $0.fault == nil && $0.supervisedCount > 0 }
            .map { TokenBatch.Row(tokens: $0.tokens, labels: $0.labels) }
        guard !rows.isEmpty else { throw MergeError.nothingToMeasure(subject.rowsFile) }
        var found = [[TokenDivergence]](repeating: [], count: models.count)
        try progress("tokens", 0, rows.count)
        for range in reference.batches(of: rows) {
            let batch = TokenBatch(Array(rows[range]))
            let states = try reference.scoredStates(of: batch, adapter: subject.adapter)
            for (index, model) in models.enumerated() {
                found[index] += model.divergence(at: try model.scoredStates(of: batch), from: reference, at: states)
            }
            try progress("tokens", range.upperBound, rows.count)
        }
        return found
    }

    private func score(_ model: LlamaModel, adapter: LoRAAdapter?, as name: String) throws -> HeldOutScore? {
        guard let evaluation = subject.evaluation else { return nil }
        let rows = evaluation.rowCount
        try progress(name, 0, rows)
        return HeldOutScore(try evaluation.run(on: model, adapter: adapter) { try progress(name, $0, rows) }, at: now)
    }
}
