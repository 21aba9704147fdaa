import StrictJSON

/// Held-out rows as a model behind a server is asked, which answers in text and shows no likelihoods.
///
/// Of a conversation the messages before the last answer are put to it, of prompt and completion the prompt. Where a task has labels they
/// are named in an instruction, and the answer is read kindly: in upper or lower case, within quotes or before a point, and where it is a sentence,
/// the one label that stands in it. Kindness makes the base better, so that it never speaks for training.
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

    public let metric: EvaluationMetric
    public let labels: [String]
    public let questions: [Question]

    /// - Throws: `DataError` for a row without prompt or answer, or with a label that the task does not have.
    public init(_ file: DataFile, metric: EvaluationMetric, labels: [String] = []) throws(DataError) {
        var (known, questions) = (Set(labels), [Question]())
        for row in file.rows {
            guard let expected = row.content.finalAnswer?.trimmed, !expected.isEmpty else {
                throw DataError(.noAnswer(row.form), file: file.path, line: row.line)
            }
            guard let prompt = row.content.servedPrompt else { throw DataError(.noPrompt, file: file.path, line: row.line) }
            if metric == .labelAccuracy {
                guard labels.isEmpty || known.contains(expected) else {
                    throw DataError(.unknownLabel(expected), file: file.path, line: row.line)
                }
                known.insert(expected)
            }
            questions.append(Question(line: row.line, prompt: prompt, expected: expected))
        }
        (self.metric, self.questions) = (metric, questions)
        self.labels = metric == .labelAccuracy ? known.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) } : []
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

    public func isCorrect(_ answer: String, to question: Question) -> Bool {
        guard metric == .labelAccuracy else {
            return ByteText(Evaluation.comparable(answer, with: question.expected)) == ByteText(question.expected)
        }
        return label(in: answer) == question.expected
    }

    private func label(in answer: String) -> String? {
        let text = answer.lowercased()
        let bare = String(text.drop { !Self.isWord($0) }.reversed().drop { !Self.isWord($0) }.reversed())
        if let label = labels.first(where: { $0.lowercased() == bare || $0.lowercased() == text.trimmed }) { return label }
        let found = labels.filter { Self.stands($0.lowercased(), in: text) }
        // "card" stands in "lost card" too
        let alone = found.filter { label in
            !found.contains { $0 != label && Self.stands(label.lowercased(), in: $0.lowercased()) }
        }
        return alone.count == 1 ? alone[0] : nil
    }

    private static func isWord(_ character: Character) -> Bool { character.isLetter || character.isNumber }

    private static func stands(_ word: String, in text: String) -> Bool {
        text.ranges(of: word).contains { range in
            let before = range.lowerBound == text.startIndex ? nil : text[text.index(before: range.lowerBound)]
            let after = range.upperBound == text.endIndex ? nil : text[range.upperBound]
            return ![before, after].compactMap(\.self).contains(where: isWord)
        }
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
