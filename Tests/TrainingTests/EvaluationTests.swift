import Foundation
import Llama
import StrictJSON
import TestSupport
import Testing
import Tokenizers

@testable import Training

/// Held-out rows put to the golden models. Oracle: transformers and PEFT, by Scripts/make_training_goldens.py.
@Suite struct EvaluationTests {
    private static let cases = [
        ("tiny-llama", "base"), ("tiny-llama", "adapter"), ("tiny-llama3-rope", "base"), ("tiny-llama3-rope", "adapter"),
    ]

    private struct Bench {
        let model: LlamaModel
        let adapter: LoRAAdapter?
        let encoder: RowEncoder
        let rows: DataFile
        let golden: [JSONValue]
        let labels: [String]

        init(_ name: String, _ variant: String) throws {
            let fixture = try JSONValue(contentsOf: Fixture.root.appending(path: "training/evaluation.json"))
            golden = try #require(fixture["models"]?[name]?[variant]?.arrayValue)
            labels = try #require(fixture["labels"]?.arrayValue).compactMap(\.stringValue)
            model = try LlamaModel(folder: Fixture.golden(name), precision: .fp32)
            let trained = Fixture.golden("lora/\(name)/adapter_after_20_steps")
            adapter = variant == "base" ? nil : try PEFTFolder(reading: trained, for: model.configuration).adapter
            encoder = RowEncoder(
                tokenizer: try Tokenizer(folder: Fixture.golden(name)), vocabularySize: model.configuration.vocabularySize,
                maxLength: 2048, completionOnlyLoss: true, chatDate: CalendarDay("2024-07-26")!)
            let lines = golden.map { row -> String in
                let question: JSONValue = ["role": "user", "content": row["question"] ?? .null]
                let answer: JSONValue = ["role": "assistant", "content": row["answer"] ?? .null]
                let line: JSONValue = ["messages": [["role": "system", "content": "Name the queue."], question, answer]]
                return line.text()
            }
            rows = try DataFile(path: "held.jsonl", text: Data(lines.joined(separator: "\n").utf8))
        }

        func result(_ metric: EvaluationMetric, labels: [String] = []) throws -> EvaluationResult {
            try Evaluation(rows, metric: metric, labels: labels, encoder: encoder).run(on: model, adapter: adapter)
        }
    }

    @Test(arguments: cases)
    func labelsAreScoredAsTransformersScoresThem(name: String, variant: String) throws {
        let bench = try Bench(name, variant)
        let result = try bench.result(.labelAccuracy, labels: bench.labels)
        #expect(result.rows.count == bench.golden.count)
        var correct = 0
        for (row, golden) in zip(result.rows, bench.golden) {
            guard case .label(_, let predicted, let scores) = row.answer else { Issue.record("no label"); continue }
            #expect(predicted == golden["predicted"]?.stringValue)
            if predicted == golden["answer"]?.stringValue { correct += 1 }
            for (label, score) in zip(result.labels, scores) {
                let expected = try #require(golden["scores"]?[label]?.doubleValue)
                // Up to 20 tokens, each within the 1e-4 that logits of two 32-bit implementations may differ by.
                #expect(abs(score - expected) < 2e-3, "\(label)")
            }
        }
        #expect(result.correctRows == correct)
        #expect(result.value == Double(correct) / Double(bench.golden.count))
    }

    @Test(arguments: cases)
    func greedyAnswersAreThoseOfTransformers(name: String, variant: String) throws {
        let bench = try Bench(name, variant)
        let result = try bench.result(.exactMatch)
        for (row, golden) in zip(result.rows, bench.golden) {
            guard case .text(_, let predicted) = row.answer else { Issue.record("no text"); continue }
            #expect(predicted == golden["first_line"]?.stringValue)
            #expect(!row.isCorrect, "nothing that these models say is a label")
        }
        #expect(result.value == 0)
    }

    @Test(arguments: cases)
    func lossIsTheMeanOverAllSupervisedTokens(name: String, variant: String) throws {
        let bench = try Bench(name, variant)
        let result = try bench.result(.loss)
        let sums = bench.golden.compactMap { $0["sum_logprob"]?.doubleValue }
        let counts = bench.golden.compactMap { $0["supervised_tokens"]?.intValue }
        for (row, (sum, count)) in zip(result.rows, zip(sums, counts)) {
            guard case .loss(let score) = row.answer else { Issue.record("no loss"); continue }
            #expect(score.supervisedTokens == count)
            #expect(abs(score.sumLogProbability - sum) < 2e-3)
        }
        let mean = -sums.reduce(0, +) / Double(counts.reduce(0, +))
        // A mean of the tokens above.
        #expect(abs(try #require(result.value) - mean) < 1e-4)
    }

    @Test func theResultIsTheSameJSONEveryTimeAndNamesEachRow() throws {
        let bench = try Bench("tiny-llama", "base")
        let result = try bench.result(.labelAccuracy)
        #expect(try result == bench.result(.labelAccuracy))
        #expect(result.labels == ["billing", "hardware", "network access"], "without labels given, those that occur")
        let lines = result.jsonLines().split(separator: "\n")
        #expect(lines.count == 4)
        #expect(lines[1].hasPrefix(#"{"row":1,"line":2,"expected":"hardware","predicted":"billing","correct":false,"scores":{"#))
        #expect(result.json["correct"] == 1 && result.json["value"] == 0.25 && result.json["rows"] == 4)
    }

    @Test(arguments: [EvaluationMetric.labelAccuracy, .exactMatch])
    func progressHearsOfEveryBatchAndMayStopTheWork(_ metric: EvaluationMetric) throws {
        struct Enough: Error {}
        let bench = try Bench("tiny-llama", "base")
        // more than one batch of either kind
        let rows = DataFile(path: "held.jsonl", rows: (0..<40).flatMap { _ in bench.rows.rows })
        let evaluation = try Evaluation(rows, metric: metric, encoder: bench.encoder)
        var heard: [Int] = []
        _ = try evaluation.run(on: bench.model) { heard.append($0) }
        #expect(heard.count > 1 && heard == heard.sorted() && heard.last == rows.rows.count)
        let all = heard
        heard = []
        #expect(throws: Enough.self) {
            try evaluation.run(on: bench.model) { done in
                heard.append(done)
                throw Enough()
            }
        }
        #expect(heard == Array(all.prefix(1)))
    }

    @Test func aLabelThatTheTaskDoesNotKnowIsNamedByItsLine() throws {
        let bench = try Bench("tiny-llama", "base")
        #expect(throws: DataError(.unknownLabel("hardware"), file: "held.jsonl", line: 2)) {
            try bench.result(.labelAccuracy, labels: ["billing", "network access"])
        }
    }

    @Test func rowsWithoutAnAnswerCannotBeAsked() throws {
        let bench = try Bench("tiny-llama", "base")
        let texts = try DataFile(path: "held.jsonl", text: Data(#"{"text": "a"}"#.utf8))
        #expect(throws: DataError(.noAnswer(.text), file: "held.jsonl", line: 1)) {
            try Evaluation(texts, metric: .exactMatch, encoder: bench.encoder)
        }
    }

    @Test func anAnswerKeepsItsWhiteSpaceWhenAnotherTakesItsPlace() {
        #expect(
            RowContent.completion(prompt: "Queue:", answer: " billing\n").answering("hardware")
                == .completion(prompt: "Queue:", answer: " hardware\n"))
    }

    @Test func rowsScoreAloneAsTheyDoInABatch() throws {
        let bench = try Bench("tiny-llama", "adapter")
        let encoded = try bench.rows.rows.map { try bench.encoder.encode($0, of: "held.jsonl") }
        let together = try RowScoring.score(encoded, model: bench.model, adapter: bench.adapter)
        for (row, score) in zip(encoded, together) {
            let alone = try RowScoring.score([row], model: bench.model, adapter: bench.adapter)[0]
            // The same sums in 32 bits, cut into other tiles.
            #expect(abs(alone.sumLogProbability - score.sumLogProbability) < 1e-3)
            #expect(alone.supervisedTokens == score.supervisedTokens)
        }
    }

    @Test func onlyTheFirstLineThatSaysSomethingCountsForAOneLineAnswer() {
        #expect(EvaluationMetric.exactMatch.read("\n billing \nbecause", expecting: "billing") == "billing")
        #expect(EvaluationMetric.exactMatch.read(" a\nb ", expecting: "a\nc") == "a\nb")
    }

    @Test func writtenAnswersAreScoredWithHowTheyEnded() throws {
        let bench = try Bench("tiny-llama", "base")
        let result = try bench.result(.task(.chrF))
        #expect(result.answers?.kind == .chrF && result.rows.allSatisfy { $0.score != nil })
        let endings = try #require(result.endings)
        #expect(endings.count == bench.golden.count)
        // room for an answer twice as long as the longest, the same for all
        let room = try #require(endings.map(\.tokens).max())
        #expect(endings.allSatisfy { $0.isStopped ? $0.tokens < room : $0.tokens == room })
        let lines = result.jsonLines(quotesAnswers: false).split(separator: "\n")
        #expect(lines.allSatisfy { $0.contains("\"tokens\":") && $0.contains("\"stopped\":") && !$0.contains("predicted") })
        #expect(try bench.result(.task(.labelAccuracy(.generation)), labels: bench.labels).endings != nil)
        #expect(try bench.result(.labelAccuracy).endings == nil)
    }

    @Test func macroF1ByLikelihoodCountsTheLabelsThatAccuracyCounts() throws {
        let bench = try Bench("tiny-llama", "adapter")
        let (labels, accuracy) = (bench.labels, try bench.result(.labelAccuracy, labels: bench.labels))
        let result = try bench.result(.task(.macroF1(.logLikelihood)), labels: labels)
        #expect(result.rows.map(\.isCorrect) == accuracy.rows.map(\.isCorrect))
        let rows = try #require(result.answers?.rows)
        for (row, numbers) in zip(result.rows, rows) {
            guard case .label(let expected, let predicted, _) = row.answer else { Issue.record("no label"); continue }
            #expect(numbers == [expected, predicted].map { Double(labels.sorted().firstIndex(of: $0) ?? -1) })
        }
    }
}
