import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Training

@Suite struct ServedEvaluationTests {
    private func evaluation(_ text: String, _ metric: EvaluationMetric, labels: [String] = []) throws -> ServedEvaluation {
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
        let served = try evaluation(chats, .labelAccuracy)
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
        let served = try evaluation(chats, .labelAccuracy)
        #expect(served.isCorrect(answer, to: served.questions[0]) == isRight)
    }

    @Test func exactMatchIsAsInProcess() throws {
        let served = try evaluation(chats, .exactMatch)
        #expect(served.instruction == nil && served.labels.isEmpty)
        #expect(served.isCorrect("\n card \nand more", to: served.questions[0]))
        #expect(!served.isCorrect("Card", to: served.questions[0]))
    }

    @Test(arguments: [
        "{\"text\": \"only text\"}", "{\"prompt\": \"\", \"completion\": \"x\"}", "{\"prompt\": \"x\", \"completion\": \" \"}",
    ])
    func rowsThatAskNothingAreRefusedByTheirLine(text: String) throws {
        #expect(throws: DataError.self) { try evaluation(text, .exactMatch) }
    }

    @Test func aLabelThatTheTaskDoesNotHaveIsRefused() throws {
        #expect(throws: DataError.self) { try evaluation(chats, .labelAccuracy, labels: ["card"]) }
    }
}
