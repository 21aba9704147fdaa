import Adapters
import Foundation
import Metrics
import Monitoring
import StrictJSON
import Training

/// What a model's answers to held-out rows are worth, row by row: what an error rate and every comparison are made of.
public struct HeldOutScore: Sendable, Hashable {
    /// One for each row of the held-out file, in its order.
    public let answers: ScoredAnswers
    /// How each answer ended; nil where labels were chosen by their likelihood, or where a server does not tell.
    public let endings: [AnswerEnding]?
    public let measuredAt: Timestamp

    /// - Precondition: the result is of a task's metric.
    public init(_ result: EvaluationResult, at time: Timestamp) {
        guard let answers = result.answers else { preconditionFailure("a loss is no score") }
        self.init(answers, result.endings, at: time)
    }

    init(_ answers: ScoredAnswers, _ endings: [AnswerEnding]? = nil, at time: Timestamp) {
        (self.answers, self.endings, measuredAt) = (answers, endings, time)
    }

    init?(_ measurement: RecordedMeasurement) { self.init(json: measurement.result, at: measurement.at) }

    public var rows: Int { answers.count }

    /// Which rows are right; nil where answers are scored otherwise.
    public var correct: [Bool]? { answers.correct }

    /// Rows that are not wholly right.
    public var errors: Int { answers.scores.count { $0 < 1 } }

    /// One less the metric's value: the share of wrong answers where they are right or wrong; nil without rows.
    ///
    /// - Parameter confidence: of the spread that an error has which is no share of rows.
    public func error(confidence: Double = 0.95) -> MeasuredRate? {
        guard let correct else {
            return answers.value.flatMap { value in
                MeasuredRate(
                    min(1, max(0, 1 - value)), sampleSize: rows, measuredAt: measuredAt,
                    spread: RateSpread(answers, confidence: confidence))
            }
        }
        return MeasuredRate(errors: correct.count { !$0 }, rows: rows, measuredAt: measuredAt)
    }

    public var error: MeasuredRate? { error() }

    /// How often only one of two models was right on a row; nil where answers are not right or wrong, or of other rows.
    public func pairs(against other: HeldOutScore) -> PairedCounts? {
        guard let correct, let others = other.correct, correct.count == others.count else { return nil }
        return PairedCounts(first: correct, second: others)
    }

    /// Nil unless both answered the same rows under the same metric.
    public func comparison(with other: HeldOutScore, confidence: Double) -> PairedComparison? {
        PairedComparison(answers, other.answers, confidence: confidence)
    }
}

extension HeldOutScore {
    /// Nil unless it is what `json` writes, now or before metrics had scores.
    init?(json: JSONValue, at time: Timestamp) {
        guard let answers = ScoredAnswers(json: json), answers.count > 0 else { return nil }
        self.init(answers, [AnswerEnding](json: json, rows: answers.count), at: time)
    }

    public var json: JSONValue {
        .object(
            JSONObject(
                [("rows", .integer(rows)), ("errors", .integer(errors))] + answers.members + (endings?.allMembers ?? [])))
    }
}

extension ScoredAnswers {
    fileprivate init?(json: JSONValue) {
        if let marks = json["correct"]?.stringValue {
            guard !marks.isEmpty, marks.utf8.allSatisfy({ $0 == 0x30 || $0 == 0x31 }) else { return nil }
            self.init(correct: marks.utf8.map { $0 == 0x31 })
        } else {
            guard let kind = json["kind"]?.stringValue.flatMap(Kind.init), let rows = json["scores"]?.arrayValue else {
                return nil
            }
            let numbers = rows.map { row in row.arrayValue.map { $0.map { $0.doubleValue ?? -2 } } ?? [row.doubleValue ?? -2] }
            self.init(kind, rows: numbers)
        }
    }

    fileprivate var members: [(String, JSONValue)] {
        if let correct { return [("correct", .string(String(correct.map { $0 ? "1" : "0" })))] }
        return [
            ("kind", .string(kind.rawValue)), ("value", value.map { .number($0) } ?? .null),
            (
                "scores",
                .array(rows.map { $0.count == 1 ? .number($0[0]) : .array($0.map { .integer(Int($0)) }) })
            ),
        ]
    }
}

extension [AnswerEnding] {
    fileprivate init?(json: JSONValue, rows: Int) {
        guard let tokens = json["tokens"]?.arrayValue?.compactMap(\.intValue), let marks = json["stopped"]?.stringValue?.utf8,
            tokens.count == rows, marks.count == rows, tokens.allSatisfy((0...AnswerEnding.tokenLimit).contains)
        else { return nil }
        self = zip(tokens, marks).map { AnswerEnding(tokens: $0, isStopped: $1 == 0x31) }
    }

    /// Those of each answer beside their rate and their mean.
    fileprivate var allMembers: [(String, JSONValue)] {
        summary + [
            ("tokens", .array(map { .integer($0.tokens) })), ("stopped", .string(String(map { $0.isStopped ? "1" : "0" }))),
        ]
    }

    var summary: [(String, JSONValue)] {
        [("stop_rate", stopRate.map { .number($0) } ?? .null), ("mean_tokens", meanTokens.map { .number($0) } ?? .null)]
    }
}
