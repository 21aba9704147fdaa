import Foundation
import Llama
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
    /// False for answers that are not judged right or wrong.
    public let isCorrect: Bool
}

/// A model's answers to a held-out set.
public struct EvaluationResult: Sendable, Hashable {
    public let metric: EvaluationMetric
    public let labels: [String]
    public let rows: [EvaluatedRow]

    public var correctRows: Int { rows.count { $0.isCorrect } }

    /// Σ −log p and its tokens; empty for metrics that judge answers.
    public var loss: LossSum {
        rows.reduce(into: LossSum()) { total, row in
            guard case .loss(let score) = row.answer else { return }
            total += LossSum(sum: -score.sumLogProbability, tokens: score.supervisedTokens)
        }
    }

    /// The metric's value: a share of the rows, or a mean loss; nil when nothing was measured.
    public var value: Double? {
        guard metric != .loss else { return loss.mean }
        return rows.isEmpty ? nil : Double(correctRows) / Double(rows.count)
    }
}

extension EvaluationResult {
    /// The summary without the rows.
    public var json: JSONValue {
        var members: [(String, JSONValue)] = [
            ("schema", "lora.evaluation/1"), ("metric", .string(metric.rawValue)), ("rows", .integer(rows.count)),
            ("value", value.map { .number($0) } ?? .null),
        ]
        switch metric {
        case .loss:
            members.append(("supervised_tokens", .integer(loss.tokens)))
            members.append(("perplexity", loss.mean.map { .number(exp($0)) } ?? .null))
        case .labelAccuracy, .exactMatch:
            members.append(("correct", .integer(correctRows)))
            members.append(("labels", .array(labels.map { .string($0) })))
        }
        return .object(JSONObject(members))
    }

    /// One JSON object per row, each on its line.
    ///
    /// - Parameter quotesAnswers: whether written answers are shown; only whether they are right otherwise.
    public func jsonLines(quotesAnswers: Bool = true) -> String {
        rows.enumerated().map { number, row in
            row.json(number: number, labels: labels, quotesAnswers: quotesAnswers).text() + "\n"
        }.joined()
    }
}

extension EvaluatedRow {
    func json(number: Int, labels: [String], quotesAnswers: Bool = true) -> JSONValue {
        var members: [(String, JSONValue)] = [("row", .integer(number)), ("line", .integer(line))]
        switch answer {
        case .label(let expected, let predicted, let scores):
            members += [("expected", .string(expected)), ("predicted", .string(predicted)), ("correct", .bool(isCorrect))]
            members.append(("scores", .object(JSONObject(zip(labels, scores).map { ($0, .number($1)) }))))
        case .text(let expected, let predicted):
            if quotesAnswers { members += [("expected", .string(expected)), ("predicted", .string(predicted))] }
            members.append(("correct", .bool(isCorrect)))
        case .loss(let score):
            members += score.members
        }
        return .object(JSONObject(members))
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
