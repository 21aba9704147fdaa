import Llama
import Metrics
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
    /// What is chosen from, sorted by bytes; empty for metrics without labels.
    public let labels: [String]
    private let material: Material
    private let tokenizer: Tokenizer?
    private let scorer: ExternalScorer

    /// - Parameters:
    ///   - labels: the task's labels; when none are given, the answers that occur in the file.
    ///   - scorer: runs the command of an external metric.
    public init(
        _ file: DataFile, metric: EvaluationMetric, labels: [String] = [], encoder: RowEncoder,
        scorer: ExternalScorer = ExternalScorer()
    ) throws {
        self.metric = metric
        self.scorer = scorer
        tokenizer = encoder.tokenizer
        guard case .task(let task) = metric else {
            self.labels = []
            material = .rows(try file.rows.map { row throws(DataError) in try encoder.encode(row, of: file.path) })
            return
        }
        self.labels = task.usesLabels ? try Self.labels(labels, file, encoder) : []
        guard task.isGenerated else {
            let known = self.labels
            material = .labels(
                try file.rows.map { row throws(DataError) in try encoder.labelQuestion(row, labels: known, of: file.path) })
            return
        }
        let scoring = try AnswerScoring(task, labels: self.labels)
        var questions: [OpenQuestion] = []
        for row in file.rows {
            let question = try encoder.openQuestion(row, of: file.path)
            try file.require(question.expected, fit: scoring, labels: self.labels, line: row.line)
            questions.append(question)
        }
        material = .open(questions)
    }

    private static func labels(_ given: [String], _ file: DataFile, _ encoder: RowEncoder) throws(DataError) -> [String] {
        var known = given
        if known.isEmpty { for row in file.rows { known.append(try encoder.answer(of: row, file.path)) } }
        return Set(known.map(ByteText.init)).map(\.string).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
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
        switch material {
        case .labels(let questions): return try choose(questions, model, adapter, progress)
        case .open(let questions): return try write(questions, model, adapter, progress)
        case .rows(let encoded):
            let scores = try RowScoring.score(encoded, model: model, adapter: adapter, progress: progress)
            let rows = zip(encoded, scores).map { EvaluatedRow(line: $0.line, answer: .loss($1), score: nil, ending: nil) }
            return EvaluationResult(metric: metric, labels: labels, rows: rows, answers: nil)
        }
    }

    /// Scores every label after every prompt. Rows of one question stand together, so that its prompt is computed once.
    private func choose(
        _ questions: [LabelQuestion], _ model: LlamaModel, _ adapter: LoRAAdapter?, _ progress: (Int) throws -> Void
    ) throws -> EvaluationResult {
        let rows = questions.flatMap { question in
            question.continuations.map { TokenBatch.Row(prefix: question.prefix, continuation: $0) }
        }
        let scores = try RowScoring.score(rows, model: model, adapter: adapter) { try progress($0 / labels.count) }
        let chosen = questions.indices.map { index in
            choice(scores[index * labels.count..<(index + 1) * labels.count].map(\.sumLogProbability))
        }
        return try result(
            zip(questions, chosen).map { question, chosen in
                WrittenAnswer(line: question.line, expected: question.expected, predicted: chosen.isAlone ? chosen.label : "")
            }
        ) { row, score in
            EvaluatedRow(
                line: questions[row].line,
                answer: .label(expected: questions[row].expected, predicted: chosen[row].label, scores: chosen[row].scores),
                score: score, ending: nil)
        }
    }

    private struct Choice {
        let label: String
        let scores: [Double]
        /// Whether no other label is as likely.
        let isAlone: Bool
    }

    private func choice(_ scores: [Double]) -> Choice {
        let best = scores.indices.max { scores[$0] < scores[$1] } ?? 0
        return Choice(label: labels[best], scores: scores, isAlone: scores.count { $0 >= scores[best] } == 1)
    }

    /// Where an exact match is wanted, as many tokens as each answer has and a few more, so that a longer answer shows: one that is cut
    /// there may have ended soon after. Else room for an answer twice as long as the longest, the same for all rows.
    private func write(
        _ questions: [OpenQuestion], _ model: LlamaModel, _ adapter: LoRAAdapter?, _ progress: (Int) throws -> Void
    ) throws -> EvaluationResult {
        let stopTokens = model.stopTokens(with: tokenizer)
        let isTight = metric == .exactMatch
        let room = 2 * (questions.map(\.answerLength).max() ?? 0) + 32
        let requests = questions.map {
            GenerationRequest(
                prompt: $0.prompt,
                options: GenerationOptions(
                    maxNewTokens: isTight ? $0.answerLength + 4 : room, stopTokens: stopTokens))
        }
        var generated: [GeneratedText] = []
        for batch in model.batches(of: requests) {
            generated += try Generation.generate(model, adapter: adapter, requests: Array(requests[batch]))
            try progress(generated.count)
        }
        let answers = zip(questions, generated).map { question, text in
            WrittenAnswer(
                line: question.line, expected: question.expected,
                predicted: metric.read(tokenizer?.decode(text.ids, skipSpecialTokens: true) ?? "", expecting: question.expected))
        }
        return try result(answers, checking: { try progress(generated.count) }) { row, score in
            EvaluatedRow(
                line: answers[row].line, answer: .text(expected: answers[row].expected, predicted: answers[row].predicted),
                score: score,
                ending: isTight && !generated[row].stoppedByEOS
                    ? nil : AnswerEnding(tokens: generated[row].ids.count, isStopped: generated[row].stoppedByEOS))
        }
    }

    private func result(
        _ answers: [WrittenAnswer], checking: () throws -> Void = {}, _ row: (Int, Double) -> EvaluatedRow
    ) throws -> EvaluationResult {
        guard case .task(let task) = metric else { preconditionFailure("a loss has no answers") }
        let scored = try task.scored(answers, labels: labels, scorer: scorer, checking: checking)
        return EvaluationResult(
            metric: metric, labels: labels, rows: zip(scored.scores.indices, scored.scores).map(row), answers: scored)
    }
}

extension TaskMetric {
    /// Scores answers; those chosen by likelihood are labels as they are, not words to read one off.
    fileprivate func scored(
        _ answers: [WrittenAnswer], labels: [String], scorer: ExternalScorer, checking: () throws -> Void
    ) throws -> ScoredAnswers {
        guard labelReading == .logLikelihood else {
            return try AnswerScoring(self, labels: labels, scorer: scorer).score(answers, checking: checking)
        }
        return AnswerScoring.scored(choices: answers, labels: labels, as: kind)
    }
}

extension EvaluationMetric {
    /// What of a written text counts as its answer: all but the white space around it, and where one line must match exactly, only the first
    /// line that says something.
    func read(_ text: String, expecting expected: String) -> String {
        let trimmed = text.trimmed ?? ""
        guard self == .exactMatch, !expected.contains(where: \.isNewline) else { return trimmed }
        return String(trimmed.prefix { !$0.isNewline }).trimmed ?? ""
    }
}

extension DataFile {
    /// - Throws: `DataError` where answers cannot be held against an expected one.
    func require(_ expected: String, fit scoring: AnswerScoring, labels: [String], line: Int) throws(DataError) {
        guard !scoring.metric.usesLabels || labels.labelIndex(of: expected) != nil else {
            throw DataError(.unknownLabel(expected), file: path, line: line)
        }
        if let fault = scoring.fault(inExpected: expected) { throw DataError(.unfitAnswer(fault), file: path, line: line) }
    }
}

extension LlamaModel {
    /// What ends an answer: the model's own end tokens and the tokenizer's.
    public func stopTokens(with tokenizer: Tokenizer?) -> Set<Int32> {
        stopTokens.union([tokenizer?.specialTokens.eos?.id].compactMap(\.self))
    }
}
