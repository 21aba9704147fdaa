import Testing

@testable import Metrics

@Suite struct ScoredAnswersTests {
    @Test func rowsThatTheirKindCannotReadAreRefused() {
        #expect(ScoredAnswers(.rightOrWrong, rows: [[0.5]]) == nil)
        #expect(ScoredAnswers(.mean, rows: [[1.5]]) == nil)
        #expect(ScoredAnswers(.mean, rows: [[.nan]]) == nil)
        #expect(ScoredAnswers(.mean, rows: [[0.5, 0.5]]) == nil)
        #expect(ScoredAnswers(.macroF1, rows: [[-1, 0]]) == nil)
        #expect(ScoredAnswers(.macroF1, rows: [[1e300, 0]]) == nil)
        #expect(ScoredAnswers(.bleu, rows: [[1, 1, 1, 0, 0, 0, 1, 0, 0]]) == nil)
        #expect(ScoredAnswers(.chrF, rows: [[Double](repeating: -1, count: 18)]) == nil)
        #expect(ScoredAnswers(.mean, rows: [])?.value == nil)
    }

    @Test func rowsDrawnTwiceCountTwice() throws {
        let scored = try #require(ScoredAnswers(.mean, rows: [[0], [1], [0.5]]))
        #expect(scored.value == 0.5)
        #expect(scored.value(of: [1, 1, 1, 0]) == 0.75)
    }

    @Test(arguments: [TaskMetric.bleu, .chrF, .tokenF1, .macroF1(.generation), .exactMatch])
    func exchangingAllRowsExchangesTheValues(_ metric: TaskMetric) throws {
        let labels = ["a cat sat on it", "the dog ran off", "no one saw the fox"]
        let scoring = try AnswerScoring(metric, labels: labels)
        func scored(_ predicted: [String]) throws -> ScoredAnswers {
            try scoring.score(zip(labels, predicted).map { WrittenAnswer(line: 1, expected: $0, predicted: $1) })
        }
        let (first, second) = (try scored(labels), try scored(["a cat sat on it", "a dog ran on", "nothing"]))
        let all = ScoredAnswers.exchanging(first, second, [true, true, true])
        #expect(all.first == second.value)
        #expect(all.second == first.value)
        let none = ScoredAnswers.exchanging(first, second, [false, false, false])
        #expect(none.first == first.value)
        #expect(none.second == second.value)
        let one = ScoredAnswers.exchanging(first, second, [false, true, false])
        #expect(one.first < none.first)
    }
}
