import StrictJSON

/// What a model wrote to one row.
public struct WrittenAnswer: Sendable, Hashable {
    /// 1-based line of the file of rows.
    public let line: Int
    public let expected: String
    public let predicted: String

    public init(line: Int, expected: String, predicted: String) {
        (self.line, self.expected, self.predicted) = (line, expected, predicted)
    }
}

/// A metric made ready to score written answers.
public struct AnswerScoring {
    public let metric: TaskMetric
    private let reader: LabelReader
    private let pattern: AnswerPattern?
    private let scorer: ExternalScorer?

    /// - Parameter labels: sorted, for metrics that choose among them.
    /// - Parameter scorer: runs the command of an external metric.
    /// - Throws: `MetricError.badPattern`.
    public init(_ metric: TaskMetric, labels: [String] = [], scorer: ExternalScorer? = nil) throws(MetricError) {
        self.metric = metric
        self.scorer = scorer
        reader = LabelReader(labels)
        guard case .regex(let text) = metric else {
            pattern = nil
            return
        }
        guard let pattern = AnswerPattern(text) else { throw .badPattern(text) }
        self.pattern = pattern
    }

    /// What is wrong with an expected answer; nil when answers can be held against it.
    public func fault(inExpected text: String) -> MetricError.Unfit? {
        switch metric {
        case .numeric: NumericTolerance.number(in: text) == nil ? .noNumber : nil
        case .regex: pattern?.captures == true && pattern?.found(in: text) == nil ? .noMatch : nil
        case .jsonFields(let fields):
            switch JSONAnswer.value(text) {
            case nil: .noJSON
            case let value?: fields.first { JSONAnswer.member(JSONAnswer.path($0), of: value) == nil }.map { .noField($0) }
            }
        default: nil
        }
    }

    /// - Throws: `ExternalScorerError`.
    ///
    /// - Parameter checking: asked while a command works; what it throws ends it.
    public func score(_ answers: [WrittenAnswer], checking: () throws -> Void = {}) throws -> ScoredAnswers {
        if case .external(let command) = metric {
            let scores = try (scorer ?? ExternalScorer()).scores(of: answers, by: command, checking: checking)
            return Self.scored(.mean, scores.map { [$0] })
        }
        return Self.scored(metric.kind, answers.map(numbers))
    }

    private func numbers(_ answer: WrittenAnswer) -> [Double] {
        let (predicted, expected) = (answer.predicted, answer.expected)
        switch metric {
        case .exactMatch: return mark(ByteText(predicted) == ByteText(expected))
        case .labelAccuracy: return mark(reader.label(in: predicted).map(ByteText.init) == ByteText(expected))
        case .macroF1: return Self.classes(expected: expected, predicted: reader.label(in: predicted), among: reader.labels)
        case .tokenF1: return [TokenF1.score(predicted: predicted, expected: expected)]
        case .rougeL: return [RougeL.score(predicted: predicted, expected: expected)]
        case .bleu: return BLEU.counts(predicted: predicted, expected: expected)
        case .chrF: return ChrF.counts(predicted: predicted, expected: expected)
        case .jsonValid: return mark(JSONAnswer.value(predicted) != nil)
        case .jsonFields(let fields):
            return [
                JSONAnswer.value(expected).map { JSONAnswer.fieldAccuracy(predicted: predicted, expected: $0, fields: fields) }
                    ?? 0
            ]
        case .regex: return mark(matches(predicted, expected))
        case .numeric(let tolerance):
            guard let number = NumericTolerance.number(in: predicted), let wanted = NumericTolerance.number(in: expected) else {
                return mark(false)
            }
            return mark(tolerance.accepts(number, for: wanted))
        case .external: preconditionFailure("a command scores all answers at once")
        }
    }

    /// Scores labels that were chosen, not written.
    ///
    /// - Parameter choices: an empty prediction is none of the labels.
    public static func scored(choices: [WrittenAnswer], labels: [String], as kind: ScoredAnswers.Kind) -> ScoredAnswers {
        guard kind == .macroF1 else {
            return ScoredAnswers(correct: choices.map { ByteText($0.predicted) == ByteText($0.expected) })
        }
        return scored(kind, choices.map { classes(expected: $0.expected, predicted: $0.predicted, among: labels) })
    }

    private static func classes(expected: String, predicted: String?, among labels: [String]) -> [Double] {
        func number(_ label: String?) -> Double { label.flatMap(labels.labelIndex).map(Double.init) ?? -1 }
        return [number(expected), number(predicted)]
    }

    private func matches(_ predicted: String, _ expected: String) -> Bool {
        guard let pattern, let found = pattern.found(in: predicted) else { return false }
        return !pattern.captures || pattern.found(in: expected).map(ByteText.init) == ByteText(found)
    }

    private func mark(_ isRight: Bool) -> [Double] { [isRight ? 1 : 0] }

    private static func scored(_ kind: ScoredAnswers.Kind, _ rows: [[Double]]) -> ScoredAnswers {
        guard let scored = ScoredAnswers(kind, rows: rows) else { preconditionFailure("metrics write what their kind reads") }
        return scored
    }
}
