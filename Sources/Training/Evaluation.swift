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
    /// - Parameter progress: hears how many rows are done after each batch, and may throw to stop.
    public func run(
        on model: LlamaModel, adapter: LoRAAdapter? = nil, progress: (Int) throws -> Void = { _ in }
    ) throws -> EvaluationResult {
        let rows =
            switch material {
            case .labels(let questions): try choose(questions, model, adapter, progress)
            case .open(let questions): try write(questions, model, adapter, progress)
            case .rows(let encoded):
                zip(encoded, try RowScoring.score(encoded, model: model, adapter: adapter, progress: progress)).map {
                    EvaluatedRow(line: $0.line, answer: .loss($1), isCorrect: false)
                }
            }
        return EvaluationResult(metric: metric, labels: labels, rows: rows)
    }

    /// Scores every label after every prompt. Rows of one question stand together, so that its prompt is computed once.
    private func choose(
        _ questions: [LabelQuestion], _ model: LlamaModel, _ adapter: LoRAAdapter?, _ progress: (Int) throws -> Void
    ) throws -> [EvaluatedRow] {
        let rows = questions.flatMap { question in
            question.continuations.map { TokenBatch.Row(prefix: question.prefix, continuation: $0) }
        }
        let scores = try RowScoring.score(rows, model: model, adapter: adapter) { try progress($0 / labels.count) }
        return questions.enumerated().map { index, question in
            judge(question, scores[index * labels.count..<(index + 1) * labels.count].map(\.sumLogProbability))
        }
    }

    private func judge(_ question: LabelQuestion, _ scores: [Double]) -> EvaluatedRow {
        let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        let isAlone = scores.count { $0 >= scores[best] } == 1
        return EvaluatedRow(
            line: question.line,
            answer: .label(expected: question.expected, predicted: labels[best], scores: scores),
            isCorrect: isAlone && labels[best] == question.expected)
    }

    /// Generates as many tokens as each answer has and a few more, so that a longer answer shows.
    private func write(
        _ questions: [OpenQuestion], _ model: LlamaModel, _ adapter: LoRAAdapter?, _ progress: (Int) throws -> Void
    ) throws -> [EvaluatedRow] {
        let stopTokens = model.stopTokens(with: tokenizer)
        let requests = questions.map {
            GenerationRequest(
                prompt: $0.prompt, options: GenerationOptions(maxNewTokens: $0.answerLength + 4, stopTokens: stopTokens))
        }
        var rows: [EvaluatedRow] = []
        for batch in model.batches(of: requests) {
            let generated = try Generation.generate(model, adapter: adapter, requests: Array(requests[batch]))
            rows += zip(questions[batch], generated).map(judge)
            try progress(rows.count)
        }
        return rows
    }

    private func judge(_ question: OpenQuestion, _ generated: GeneratedText) -> EvaluatedRow {
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
