import Llama
import StrictJSON
import Tokenizers

/// A held-out set made ready for one metric; any number of models and adapters can answer it.
public struct Evaluation: Sendable {
    private enum Material: Sendable {
        case labels([LabelQuestion])
        case open([OpenQuestion])
        case rows([EncodedRow])
    }

    public let metric: EvaluationMetric
    /// What label accuracy chooses from, sorted by bytes; empty for other metrics.
    public let labels: [String]
    private let material: Material
    private let tokenizer: Tokenizer?

    /// - Parameter labels: the task's labels; when none are given, the answers that occur in the file.
    public init(_ file: DataFile, metric: EvaluationMetric, labels: [String] = [], encoder: RowEncoder) throws(DataError) {
        self.metric = metric
        tokenizer = encoder.tokenizer
        switch metric {
        case .labelAccuracy:
            var known = labels
            if known.isEmpty { for row in file.rows { known.append(try encoder.answer(of: row, file.path)) } }
            self.labels = Set(known.map(ByteText.init)).map(\.string).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            var questions: [LabelQuestion] = []
            for row in file.rows { questions.append(try encoder.labelQuestion(row, labels: self.labels, of: file.path)) }
            material = .labels(questions)
        case .exactMatch:
            self.labels = []
            var questions: [OpenQuestion] = []
            for row in file.rows { questions.append(try encoder.openQuestion(row, of: file.path)) }
            material = .open(questions)
        case .loss:
            self.labels = []
            var rows: [EncodedRow] = []
            for row in file.rows { rows.append(try encoder.encode(row, of: file.path)) }
            material = .rows(rows)
        }
    }

    public var rowCount: Int {
        switch material {
        case .labels(let questions): questions.count
        case .open(let questions): questions.count
        case .rows(let rows): rows.count
        }
    }

    /// Puts every row to the model.
    ///
    /// - Parameter progress: hears how many rows are done, and may throw to stop.
    public func run(
        on model: LlamaModel, adapter: LoRAAdapter? = nil, progress: (Int) throws -> Void = { _ in }
    ) throws -> EvaluationResult {
        var rows: [EvaluatedRow] = []
        switch material {
        case .labels(let questions):
            for question in questions {
                rows.append(try answer(question, model, adapter))
                try progress(rows.count)
            }
        case .open(let questions):
            for question in questions {
                rows.append(try answer(question, model, adapter))
                try progress(rows.count)
            }
        case .rows(let encoded):
            let scores = try RowScoring.score(encoded, model: model, adapter: adapter, progress: progress)
            rows = zip(encoded, scores).map { EvaluatedRow(line: $0.line, answer: .loss($1), isCorrect: false) }
        }
        return EvaluationResult(metric: metric, labels: labels, rows: rows)
    }

    private func answer(_ question: LabelQuestion, _ model: LlamaModel, _ adapter: LoRAAdapter?) throws -> EvaluatedRow {
        let scores = try model.labelScores(prefix: question.prefix, continuations: question.continuations, adapter: adapter)
        let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        let isAlone = scores.count { $0 >= scores[best] } == 1
        return EvaluatedRow(
            line: question.line,
            answer: .label(expected: question.expected, predicted: labels[best], scores: scores),
            isCorrect: isAlone && labels[best] == question.expected)
    }

    /// Generates as many tokens as the answer has and a few more, so that a longer answer shows.
    private func answer(_ question: OpenQuestion, _ model: LlamaModel, _ adapter: LoRAAdapter?) throws -> EvaluatedRow {
        let options = GenerationOptions(
            maxNewTokens: question.answerLength + 4, stopTokens: model.stopTokens(with: tokenizer))
        let generated = try Generation.generate(model, adapter: adapter, prompt: question.prompt, options: options)
        let text = tokenizer?.decode(generated.ids, skipSpecialTokens: true) ?? ""
        let predicted = Self.comparable(text, with: question.expected)
        return EvaluatedRow(
            line: question.line, answer: .text(expected: question.expected, predicted: predicted),
            isCorrect: ByteText(predicted) == ByteText(question.expected))
    }

    /// The text without white space around it; of an answer that should be one line, only the first line that says something.
    static func comparable(_ text: String, with expected: String) -> String {
        let trimmed = text.trimmed ?? ""
        guard !expected.contains(where: \.isNewline) else { return trimmed }
        return String(trimmed.prefix { !$0.isNewline }).trimmed ?? ""
    }
}

extension LlamaModel {
    /// What ends an answer: the model's own end tokens and the tokenizer's.
    public func stopTokens(with tokenizer: Tokenizer?) -> Set<Int32> {
        stopTokens.union([tokenizer?.specialTokens.eos?.id].compactMap(\.self))
    }
}
