import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Metrics

/// Values of sacrebleu, rouge-score and scikit-learn, recorded by `Scripts/make_metric_fixtures.py`.
@Suite struct ReferenceValueTests {
    /// What the issue asks for; sums of a few hundred doubles differ in their last digits alone.
    private static let tolerance = 1e-6

    private func fixture(_ name: String) throws -> JSONValue {
        try JSONValue(parsing: Data(contentsOf: Fixture.root.appending(path: "metrics/\(name).json")))
    }

    private func number(_ value: JSONValue, _ key: String) throws -> Double { try #require(value[key]?.doubleValue) }

    private func texts() throws -> (rows: [JSONValue], answers: [WrittenAnswer], corpora: [JSONValue]) {
        let json = try fixture("texts")
        let rows = try #require(json["rows"]?.arrayValue)
        let answers = try rows.enumerated().map { line, row in
            WrittenAnswer(
                line: line + 1, expected: try #require(row["expected"]?.stringValue),
                predicted: try #require(row["predicted"]?.stringValue))
        }
        return (rows, answers, try #require(json["corpora"]?.arrayValue))
    }

    @Test(arguments: [("token_f1", TaskMetric.tokenF1, 1.0), ("rouge_l", .rougeL, 1), ("bleu", .bleu, 100), ("chrf", .chrF, 100)])
    func eachRowHasTheValueOfTheReference(_ name: String, _ metric: TaskMetric, scale: Double) throws {
        let (rows, answers, _) = try texts()
        let scores = try AnswerScoring(metric).score(answers).scores
        #expect(scores.count > 180)
        for (index, row) in rows.enumerated() {
            let expected = try number(row, name)
            #expect(abs(scores[index] * scale - expected) < Self.tolerance, "row \(index): \(answers[index])")
        }
    }

    @Test(arguments: [("bleu", TaskMetric.bleu), ("chrf", .chrF)])
    func corporaHaveTheValueOfTheReference(_ name: String, _ metric: TaskMetric) throws {
        let (_, answers, corpora) = try texts()
        let scored = try AnswerScoring(metric).score(answers)
        #expect(corpora.count == 9)
        for corpus in corpora {
            let chosen = try #require(corpus["rows"]?.arrayValue).compactMap(\.intValue)
            #expect(abs(scored.value(of: chosen) * 100 - (try number(corpus, name))) < Self.tolerance)
            #expect(scored.picking(chosen).value == scored.value(of: chosen))
        }
    }

    @Test func classesHaveTheValueOfTheReference() throws {
        let cases = try #require(try fixture("classes").arrayValue)
        #expect(cases.count == 100)
        for json in cases {
            let labels = try #require(json["labels"]?.arrayValue).compactMap(\.stringValue)
            func numbers(_ key: String) throws -> [Int] { try #require(json[key]?.arrayValue).compactMap(\.intValue) }
            let answers = zip(try numbers("expected"), try numbers("predicted")).map { expected, predicted in
                WrittenAnswer(line: 1, expected: labels[expected], predicted: predicted < 0 ? "none of them" : labels[predicted])
            }
            func value(_ metric: TaskMetric) throws -> Double {
                try #require(try AnswerScoring(metric, labels: labels).score(answers).value)
            }
            #expect(abs(try value(.macroF1(.generation)) - number(json, "macro_f1")) < Self.tolerance)
            #expect(abs(try value(.labelAccuracy(.generation)) - number(json, "accuracy")) < Self.tolerance)
            let isExact = try value(.exactMatch)
            #expect(abs(isExact - (try number(json, "accuracy"))) < Self.tolerance)
        }
    }
}
