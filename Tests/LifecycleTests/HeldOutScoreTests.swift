import Adapters
import Metrics
import StrictJSON
import Testing
import Training

@testable import Lifecycle

@Suite struct HeldOutScoreTests {
    private let time = Timestamp("2026-11-30T00:00:00Z")!

    private func readBack(_ score: HeldOutScore) throws -> HeldOutScore? {
        HeldOutScore(json: try JSONValue(parsing: score.json.text()), at: time)
    }

    @Test func scoresAreReadBackRowByRow() throws {
        let answers = (0..<7).map { WrittenAnswer(line: $0, expected: "a cat sat here \($0)", predicted: "the cat sat \($0)") }
        for metric in [TaskMetric.exactMatch, .tokenF1, .bleu, .chrF] {
            let endings = answers.map { AnswerEnding(tokens: $0.line, isStopped: $0.line % 2 == 0) }
            let score = HeldOutScore(try AnswerScoring(metric).score(answers), endings, at: time)
            #expect(try readBack(score) == score)
            #expect(score.error()?.value == score.answers.value.map { 1 - $0 })
            #expect((score.error()?.spread == nil) == (metric == .exactMatch))
        }
        let classes = try #require(ScoredAnswers(.macroF1, rows: [[0, 1], [1, -1], [1, 1]]))
        #expect(try readBack(HeldOutScore(classes, at: time))?.answers == classes)
    }

    @Test func evidenceFromBeforeScoresReads() throws {
        let score = try #require(HeldOutScore(json: ["rows": 3, "errors": 1, "correct": "101"], at: time))
        #expect(score.correct == [true, false, true] && score.endings == nil && score.errors == 1)
        #expect(score.json == ["rows": 3, "errors": 1, "correct": "101"])
    }

    @Test(arguments: [
        #"{"correct": ""}"#, #"{"correct": "12"}"#, #"{"kind": "mean", "scores": [0.5, 2]}"#, #"{"kind": "mean", "scores": []}"#,
        #"{"kind": "mean", "scores": ["1"]}"#, #"{"kind": "bleu", "scores": [[1, 2]]}"#, #"{"kind": "kappa", "scores": [1]}"#,
        "{}", "3",
    ])
    func whatIsNoScoreIsRefused(text: String) throws {
        #expect(HeldOutScore(json: try JSONValue(parsing: text), at: time) == nil)
    }

    @Test func tokensThatNoAnswerHasAreNotTold() throws {
        let json = #"{"correct": "11", "stopped": "11", "tokens": [9223372036854775807, 1]}"#
        let score = try #require(HeldOutScore(json: try JSONValue(parsing: json), at: time))
        #expect(score.endings == nil && score.correct == [true, true])
        let endings = [AnswerEnding(tokens: .max, isStopped: true), AnswerEnding(tokens: .max, isStopped: true)]
        #expect(endings.meanTokens == Double(Int.max))
    }
}
