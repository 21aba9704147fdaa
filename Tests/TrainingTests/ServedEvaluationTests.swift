import Foundation
import Metrics
import StrictJSON
import TestSupport
import Testing

@testable import Training

@Suite struct ServedEvaluationTests {
    private func evaluation(_ text: String, _ metric: TaskMetric, labels: [String] = []) throws -> ServedEvaluation {
        let folder = try TemporaryFolder()
        let file = folder.url.appending(path: "rows.jsonl")
        try Data(text.utf8).write(to: file)
        return try ServedEvaluation(DataFile(contentsOf: file), metric: metric, labels: labels)
    }

    private let chats = """
        {"messages": [{"role": "system", "content": "s"}, {"role": "user", "content": "lost my card"}, {"role": "assistant", "content": "card"}]}
        {"prompt": "where is it:", "completion": " lost card"}
        """

    @Test func whatStandsBeforeTheAnswerIsAsked() throws {
        let served = try evaluation(chats, .labelAccuracy(.logLikelihood))
        #expect(served.questions.map(\.expected) == ["card", "lost card"])
        #expect(served.questions.map(\.line) == [1, 2])
        guard case .messages(let messages) = served.questions[0].prompt else { return #expect(Bool(false)) }
        #expect(messages.count == 2)
        #expect(served.questions[1].prompt == .text("where is it:"))
        #expect(served.instruction == "Answer with exactly one of these labels and nothing else: card, lost card.")
    }

    @Test(arguments: [
        ("card", true), ("Card", true), (" \"card\".\n", true), ("The label is card", true), ("cards", false),
        ("lost card", false),
        ("card or lost card", false), ("", false), ("discard", false), ("**card**", true),
    ])
    func labelsAreReadKindly(answer: String, isRight: Bool) throws {
        let served = try evaluation(chats, .labelAccuracy(.logLikelihood))
        #expect(try served.scored([answer, nil]).correct == [isRight, false])
    }

    @Test func exactMatchIsAsInProcess() throws {
        let served = try evaluation(chats, .exactMatch)
        #expect(served.instruction == nil && served.labels.isEmpty)
        #expect(try served.scored(["\n card \nand more", "Lost card"]).correct == [true, false])
    }

    @Test(arguments: [
        "{\"text\": \"only text\"}", "{\"prompt\": \"\", \"completion\": \"x\"}", "{\"prompt\": \"x\", \"completion\": \" \"}",
    ])
    func rowsThatAskNothingAreRefusedByTheirLine(text: String) throws {
        #expect(throws: DataError.self) { try evaluation(text, .exactMatch) }
    }

    @Test func aLabelThatTheTaskDoesNotHaveIsRefused() throws {
        #expect(throws: DataError.self) { try evaluation(chats, .labelAccuracy(.logLikelihood), labels: ["card"]) }
    }

    @Test func scoresCountWhatIsPartlyRight() throws {
        let scored = try evaluation(chats, .tokenF1).scored(["the card, please", "a lost card"])
        #expect(scored.kind == .mean && abs(scored.scores[0] - 2.0 / 3) < 1e-12 && scored.scores[1] == 1)
        // what was not answered is wrong, even where nothing would match
        #expect(try evaluation(chats, .regex(pattern: ".*")).scored([nil, ""]).correct == [false, true])
    }

    @Test func answersThatTheMetricCannotUseAreNamed() {
        #expect {
            try evaluation(chats, .numeric(NumericTolerance()))
        } throws: { error in
            (error as? DataError)?.reason == .unfitAnswer(.noNumber) && (error as? DataError)?.line == 1
        }
    }

    /// "café" with é as one character and as two: equal to `String`, other bytes to a model.
    private static let (composed, decomposed) = ("caf\u{E9}", "cafe\u{301}")

    @Test(arguments: [TaskMetric.labelAccuracy(.generation), .macroF1(.generation)])
    func aLabelIsItsBytes(metric: TaskMetric) throws {
        let row = #"{"prompt": "what:", "completion": "\#(Self.decomposed)"}"#
        #expect {
            try evaluation(row, metric, labels: [Self.composed]).scored([Self.composed])
        } throws: { error in
            (error as? DataError)?.reason == .unknownLabel(Self.decomposed) && (error as? DataError)?.line == 1
        }
        let served = try evaluation(row + "\n" + row.replacing(Self.decomposed, with: Self.composed), metric)
        #expect(served.labels.map { Array($0.utf8) } == [Array(Self.decomposed.utf8), Array(Self.composed.utf8)])
    }
}
