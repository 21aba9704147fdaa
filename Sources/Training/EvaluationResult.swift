import Foundation
import Llama
import Metrics
import StrictJSON

/// What a model answered to one held-out row.
public struct EvaluatedRow: Sendable, Hashable {
    public enum Answer: Sendable, Hashable {
        /// Σ log p of each label, in the order of `EvaluationResult.labels`.
        case label(expected: String, predicted: String, scores: [Double])
        case text(expected: String, predicted: String)
        case loss(RowScore)
    }

    /// 1-based line of the held-out file.
    public let line: Int
    public let answer: Answer
    /// In 0 … 1, 1 being right; nil for rows whose likelihood alone is known.
    public let score: Double?
    /// Nil where the model wrote nothing.
    public let ending: AnswerEnding?

    public var isCorrect: Bool { score == 1 }
}

/// A model's answers to a held-out set.
public struct EvaluationResult: Sendable, Hashable {
    public let metric: EvaluationMetric
    public let labels: [String]
    public let rows: [EvaluatedRow]
    /// Nil for the loss.
    public let answers: ScoredAnswers?

    public var correctRows: Int { rows.count { $0.isCorrect } }

    /// One for each row; nil where answers were not written.
    public var endings: [AnswerEnding]? {
        let endings = rows.compactMap(\.ending)
        return endings.isEmpty || endings.count < rows.count ? nil : endings
    }

    /// Σ −log p and its tokens; empty for metrics that judge answers.
    public var loss: LossSum {
        rows.reduce(into: LossSum()) { total, row in
            guard case .loss(let score) = row.answer else { return }
            total += LossSum(sum: -score.sumLogProbability, tokens: score.supervisedTokens)
        }
    }

    /// The metric's value: in 0 … 1, or a mean loss; nil when nothing was measured.
    public var value: Double? { metric == .loss ? loss.mean : answers?.value }
}

extension EvaluationResult {
    /// The summary without the rows.
    public var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("schema", "lora.evaluation/1"), ("metric", .string(metric.name)), ("rows", .integer(rows.count)),
            ("value", value.map { .number($0) } ?? .null),
        ]
        switch metric {
        case .loss:
            members.append(("supervised_tokens", .integer(loss.tokens)))
            members.append(("perplexity", loss.mean.map { .number(exp($0)) } ?? .null))
        case .task:
            members.append(("correct", .integer(correctRows)))
            members.append(("labels", .array(labels.map { .string($0) })))
            members += endings?.members ?? []
        }
        return .object(JSONObject(members))
    }

    /// One JSON object per row, each on its line.
    ///
    /// - Parameters:
    ///   - quotesAnswers: whether written answers are shown; only whether they are right otherwise.
    ///   - others: of some rows, by their number, what other models answered, under their names.
    public func jsonLines(quotesAnswers: Bool = true, others: [Int: [(String, String)]] = [:]) -> String {
        rows.enumerated().map { number, row in
            row.json(number: number, labels: labels, quotesAnswers: quotesAnswers, others: others[number] ?? []).text() + "\n"
        }.joined()
    }
}

extension EvaluatedRow {
    /// What the model chose or wrote; nil where nothing but a likelihood is known.
    public var predicted: String? {
        switch answer {
        case .label(_, let predicted, _), .text(_, let predicted): predicted
        case .loss: nil
        }
    }

    func json(
        number: Int, labels: [String], quotesAnswers: Bool = true, others: [(String, String)] = []
    ) -> JSONValue {
        var members: [(String, JSONValue)] = [("row", .integer(number)), ("line", .integer(line))]
        switch answer {
        case .label(let expected, let predicted, let scores):
            members += [("expected", .string(expected)), ("predicted", .string(predicted))] + mark
            members.append(("scores", .object(JSONObject(zip(labels, scores).map { ($0, .number($1)) }))))
        case .text(let expected, let predicted):
            if quotesAnswers { members += [("expected", .string(expected)), ("predicted", .string(predicted))] }
            members += mark
        case .loss(let score):
            members += score.members
        }
        if !others.isEmpty { members.append(("others", .object(JSONObject(others.map { ($0, .string($1)) })))) }
        if let ending { members += [("tokens", .integer(ending.tokens)), ("stopped", .bool(ending.isStopped))] }
        return .object(JSONObject(members))
    }

    /// A score between right and wrong beside the word for what is wholly right.
    private var mark: [(String, JSONValue)] {
        [("correct", .bool(isCorrect))] + (score.map { $0 > 0 && $0 < 1 ? [("score", .number($0))] : [] } ?? [])
    }
}

extension [AnswerEnding] {
    var members: [(String, JSONValue)] {
        [
            ("stop_rate", stopRate.map { .number($0) } ?? .null), ("mean_tokens", meanTokens.map { .number($0) } ?? .null),
        ]
    }
}

extension RowScore {
    /// As `lora score` prints it; the mean loss of a row without supervised tokens is null.
    public var members: [(String, JSONValue)] {
        let mean: JSONValue = supervisedTokens == 0 ? .null : .number(-sumLogProbability / Double(supervisedTokens))
        return [
            ("supervised_tokens", .integer(supervisedTokens)), ("sum_logprob", .number(sumLogProbability)),
            ("mean_loss", mean),
        ]
    }
}
