import Metrics
import StrictJSON

/// Held-out rows as a model behind a server is asked, which answers in text and shows no likelihoods.
///
/// Of a conversation the messages before the last answer are put to it, of prompt and completion the prompt. Where a task has labels they
/// are named in an instruction, and the answer is read kindly (`LabelReader`). Kindness makes the base better, so that it never speaks for training.
public struct ServedEvaluation: Sendable, Hashable {
    public enum Prompt: Sendable, Hashable {
        /// Objects with `role` and `content`.
        case messages([JSONValue])
        case text(String)
    }

    public struct Question: Sendable, Hashable {
        /// In the file, from 1.
        public let line: Int
        public let prompt: Prompt
        public let expected: String
    }

    public let metric: TaskMetric
    public let labels: [String]
    public let questions: [Question]

    /// - Throws: `DataError` for a row without prompt or answer, or with an answer that the metric or the task's labels do not know.
    public init(_ file: DataFile, metric: TaskMetric, labels: [String] = []) throws {
        var (known, questions) = (Set(labels.map(ByteText.init)), [Question]())
        let scoring = try AnswerScoring(metric)
        for row in file.rows {
            guard let expected = row.content.finalAnswer?.trimmed, !expected.isEmpty else {
                throw DataError(.noAnswer(row.form), file: file.path, line: row.line)
            }
            guard let prompt = row.content.servedPrompt else { throw DataError(.noPrompt, file: file.path, line: row.line) }
            if let fault = scoring.fault(inExpected: expected) {
                throw DataError(.unfitAnswer(fault), file: file.path, line: row.line)
            }
            if metric.usesLabels {
                guard labels.isEmpty || labels.labelIndex(of: expected) != nil else {
                    throw DataError(.unknownLabel(expected), file: file.path, line: row.line)
                }
                known.insert(ByteText(expected))
            }
            questions.append(Question(line: row.line, prompt: prompt, expected: expected))
        }
        (self.metric, self.questions) = (metric, questions)
        self.labels = metric.usesLabels ? known.map(\.string).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } : []
    }

    /// What a model is told before the rows; nil where the rows alone say what is wanted.
    public var instruction: String? {
        labels.isEmpty ? nil : "Answer with exactly one of these labels and nothing else: \(labels.joined(separator: ", "))."
    }

    /// Enough for the longest answer and some words around it; a token has one byte at least.
    public var longestAnswer: Int {
        let longest = (labels + questions.map(\.expected)).map(\.utf8.count).max() ?? 0
        return min(4096, longest + 32)
    }

    /// - Parameter texts: an answer for each question; nil where the model took none.
    public func scored(
        _ texts: [String?], scorer: ExternalScorer = ExternalScorer(), checking: () throws -> Void = {}
    ) throws -> ScoredAnswers {
        let answers = zip(questions, texts).map { question, text in
            WrittenAnswer(
                line: question.line, expected: question.expected,
                predicted: EvaluationMetric.task(metric).read(text ?? "", expecting: question.expected))
        }
        let scored = try AnswerScoring(metric, labels: labels, scorer: scorer).score(answers, checking: checking)
        return scored.withoutCredit(for: texts.indices.filter { texts[$0] == nil })
    }
}

extension RowContent {
    /// Nil for rows that ask nothing.
    fileprivate var servedPrompt: ServedEvaluation.Prompt? {
        switch self {
        case .conversation(let dialogue), .continuation(let dialogue, _):
            dialogue.messages.count > 1 ? .messages(Array(dialogue.messages.dropLast())) : nil
        case .completion(let prompt, _): prompt.isEmpty ? nil : .text(prompt)
        case .text, .tokens: nil
        }
    }
}
