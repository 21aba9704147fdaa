import Testing

@testable import Metrics

@Suite struct AnswerScoringTests {
    private func score(_ metric: TaskMetric, _ predicted: String, _ expected: String) throws -> Double {
        let answer = WrittenAnswer(line: 1, expected: expected, predicted: predicted)
        return try #require(try AnswerScoring(metric).score([answer]).value)
    }

    @Test(arguments: [
        ("42", 42.0), ("The answer is 1,234.5 kg.", 1234.5), ("3 + 4 = 7", 7), ("−5", -5), ("- 5", 5), ("room A-12", 12),
        ("1e3", 1000),
        (".5", 0.5), ("12,34", 34), ("2026-11-30", 30), ("1,234,567", 1_234_567), ("+3", 3), ("5.", 5), ("1.2.3", 0.3),
    ])
    func theLastNumberCounts(text: String, number: Double) { #expect(NumericTolerance.number(in: text) == number) }

    @Test(arguments: ["", "none", "1e999", "٣", "–"])
    func textsWithoutNumberHaveNone(text: String) { #expect(NumericTolerance.number(in: text) == nil) }

    @Test(arguments: [
        (0.0, 0.0, "3", 1.0), (0, 0, "3.0001", 0), (0.1, 0, "3.1", 1), (0.1, 0, "3.11", 0), (0, 0.01, "2.97", 1),
        (0, 0.01, "2.96", 0),
        (0.5, 0.01, "3.5", 1), (0, 0, "three", 0),
    ])
    func numbersMayLieSoFarOff(absolute: Double, relative: Double, answer: String, score: Double) throws {
        let metric = TaskMetric.numeric(NumericTolerance(absolute: absolute, relative: relative))
        #expect(try self.score(metric, answer, "It is 3") == score)
    }

    @Test(arguments: [
        ("{\"a\": 1, \"b\": \"x\"}", 1.0), ("{\"b\": \"x\", \"a\": 1.0}", 1), ("{\"a\": 1}", 0.5),
        ("{\"a\": 1, \"b\": \"x\", \"c\": 2}", 1),
        ("{\"a\": 2, \"b\": \"y\"}", 0), ("[1]", 0), ("{\"a\": 1, \"b\": \"x\"", 0), ("```json\n{\"a\": 1}\n```", 0), ("", 0),
        ("{\"a\": 1, \"a\": 1, \"b\": \"x\"}", 0), ("{\"a\": \"1\", \"b\": \"x\"}", 0.5),
    ])
    func fieldsAreComparedByValue(answer: String, score: Double) throws {
        #expect(try self.score(.jsonFields([]), answer, "{\"a\": 1, \"b\": \"x\"}") == score)
    }

    @Test func namedFieldsMayLieWithinOthers() throws {
        let expected = "{\"to\": {\"city\": \"Vik\", \"tags\": [1, {\"x\": null}]}, \"note\": \"n\"}"
        let fields = TaskMetric.jsonFields(["to.city", "to.tags"])
        #expect(try score(fields, "{\"to\": {\"tags\": [1.0, {\"x\": null}], \"city\": \"Vik\"}}", expected) == 1)
        #expect(try score(fields, "{\"to\": {\"tags\": [1], \"city\": \"Vik\"}}", expected) == 0.5)
        #expect(try score(fields, "{\"to\": 3}", expected) == 0)
        let scoring = try AnswerScoring(.jsonFields(["to.zip"]))
        #expect(scoring.fault(inExpected: expected) == .noField("to.zip"))
        #expect(scoring.fault(inExpected: "Vik") == .noJSON)
    }

    @Test(arguments: [
        ("{}", 1.0), (" [1]\n", 1), ("\"a\"", 1), ("{'a': 1}", 0), ("{\"a\":1,\"a\":2}", 0), ("{} {}", 0), ("NaN", 0), ("", 0),
    ])
    func jsonIsOneValue(answer: String, score: Double) throws { #expect(try self.score(.jsonValid, answer, "{}") == score) }

    @Test func aPatternIsLookedFor() throws {
        let form = TaskMetric.regex(pattern: #"^[A-Z]{3}-\d+$"#)
        #expect(try score(form, "ABC-12", "anything") == 1)
        #expect(try score(form, "see ABC-12", "anything") == 0)
        let choice = TaskMetric.regex(pattern: #"answer is \(?([A-D])\)?"#)
        #expect(try score(choice, "Hence the answer is (B).", "The answer is B") == 1)
        #expect(try score(choice, "Hence the answer is (C).", "The answer is B") == 0)
        #expect(try score(choice, "B", "The answer is B") == 0)
        #expect(try AnswerScoring(choice).fault(inExpected: "B") == .noMatch)
        #expect(try AnswerScoring(form).fault(inExpected: "B") == nil)
        // brackets, escapes and groups that capture nothing
        #expect(try score(.regex(pattern: #"[(]x\((?:y|z)"#), "(x(z", "other") == 1)
        #expect(try score(.regex(pattern: #"(?<id>\d+)"#), "id 5", "5") == 1)
    }

    @Test func aBrokenPatternIsNamed() {
        #expect(throws: MetricError.badPattern("(")) { try AnswerScoring(.regex(pattern: "(")) }
    }

    @Test func composedAndDecomposedAreDifferentAnswers() throws { #expect(try score(.exactMatch, "e\u{301}", "é") == 0) }

    @Test(arguments: [
        TaskMetric.exactMatch, .labelAccuracy(.logLikelihood), .labelAccuracy(.generation), .macroF1(.generation), .tokenF1,
        .rougeL, .bleu,
        .chrF, .jsonValid, .jsonFields([]), .jsonFields(["a.b"]), .regex(pattern: "x"), .numeric(NumericTolerance(relative: 0.5)),
        .external(ExternalScorer.Command("score", seconds: 5)),
    ])
    func metricsAreReadBackFromWhatTheyWrite(_ metric: TaskMetric) { #expect(TaskMetric(json: metric.json) == metric) }
}
