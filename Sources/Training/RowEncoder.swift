import Faults
import Llama
import StrictJSON
import Tokenizers

/// Turns rows into tokens and labels with a base's own tokenizer and chat template.
///
/// Which tokens carry loss: of text, all. Of prompt and completion, those after the longest common token prefix of the prompt
/// alone and of both. Of a conversation, every assistant turn with its end-of-turn token (`AnswerTokens`). Text and completions
/// get the end-of-sequence token unless they end with it; conversations get what their template writes.
public struct RowEncoder: Sendable {
    let tokenizer: Tokenizer?
    let vocabularySize: Int
    let maxLength: Int
    let completionOnlyLoss: Bool
    let chatDate: CalendarDay
    private let chat: Result<ChatTemplate, ChatTemplateError>?
    private let toolChat: Result<ChatTemplate, ChatTemplateError>?

    /// - Parameter tokenizer: nil when the base folder has none; then only pre-tokenized rows can be read.
    /// - Parameter vocabularySize: rows of the model's embedding table.
    public init(
        tokenizer: Tokenizer?, vocabularySize: Int, maxLength: Int, completionOnlyLoss: Bool, chatDate: CalendarDay
    ) {
        self.tokenizer = tokenizer
        self.vocabularySize = vocabularySize
        self.maxLength = maxLength
        self.completionOnlyLoss = completionOnlyLoss
        self.chatDate = chatDate
        chat = tokenizer?.chatTemplates.default.map(Self.parsed)
        toolChat = tokenizer?.chatTemplates.forTools.map(Self.parsed)
    }

    public init(tokenizer: Tokenizer?, vocabularySize: Int, plan: TrainingPlan) {
        self.init(
            tokenizer: tokenizer, vocabularySize: vocabularySize, maxLength: plan.maxLength,
            completionOnlyLoss: plan.completionOnlyLoss, chatDate: plan.chatDate)
    }

    private static func parsed(_ source: String) -> Result<ChatTemplate, ChatTemplateError> {
        Result { () throws(ChatTemplateError) in try ChatTemplate(source: source) }
    }

    /// - Throws: `DataError` at the row's line.
    public func encode(_ row: DataRow, of path: String) throws(DataError) -> EncodedRow {
        let (tokens, labels) = try placing(row, path) { try labelled(row.content) }
        return encoded(row, tokens, labels)
    }

    /// Does something with a row, and says of any failure where the row stands.
    func placing<Result>(_ row: DataRow, _ path: String, _ body: () throws -> Result) throws(DataError) -> Result {
        do {
            return try body()
        } catch let error as DataError.Reason {
            throw DataError(error, file: path, line: row.line)
        } catch let error as ChatTemplateError {
            throw DataError(.templateFailed(error.explanation.what), file: path, line: row.line)
        } catch {
            let why = (error as? Explained)?.explanation.what ?? error.localizedDescription
            throw DataError(.notEncoded(why), file: path, line: row.line)
        }
    }

    /// Keeps the first `maxLength` tokens and says what is wrong with the row, if anything.
    private func encoded(_ row: DataRow, _ tokens: [Int32], _ labels: [Int32]) -> EncodedRow {
        let kept = Array(labels.prefix(maxLength))
        return EncodedRow(
            line: row.line, form: row.form, tokens: Array(tokens.prefix(maxLength)), labels: kept, length: tokens.count,
            fault: fault(row.content, tokens, labels, kept))
    }

    private func fault(_ content: RowContent, _ tokens: [Int32], _ labels: [Int32], _ kept: [Int32]) -> EncodedRow.Fault? {
        if content.isBlank || tokens.isEmpty { return .empty }
        if content.lacksAnswer || EncodedRow.supervisedCount(labels) == 0 { return .unlabelled }
        return EncodedRow.supervisedCount(kept) == 0 ? .answerCutOff : nil
    }

    func labelled(_ content: RowContent) throws -> (tokens: [Int32], labels: [Int32]) {
        switch content {
        case .tokens(let ids, let labels):
            if let stray = ids.first(where: { $0 < 0 || $0 >= vocabularySize }) {
                throw DataError.Reason.tokenOutOfVocabulary(id: Int(stray), vocabularySize: vocabularySize)
            }
            return (ids, labels)
        case .text(let text):
            let ids = try ids(of: endingTurn(text))
            return (ids, ids)
        case .completion(let prompt, let answer):
            let ids = try ids(of: endingTurn(prompt + answer))
            let start = commonPrefix(try self.ids(of: prompt), ids)
            return (ids, labels(of: ids, on: [start..<ids.count]))
        case .conversation(let dialogue):
            guard !dialogue.messages.isEmpty else { return ([], []) }
            let rendering = ChatRendering(dialogue: dialogue, encoder: self)
            let chat = try rendering.chat()
            return (chat.ids, labels(of: chat.ids, on: try AnswerTokens(rendering, chat).ranges()))
        case .continuation(let dialogue, let promptCount):
            let rendering = ChatRendering(dialogue: dialogue, encoder: self)
            let ids = try rendering.chat().ids
            let start = commonPrefix(try rendering.prompt(ofFirst: promptCount).ids, ids)
            return (ids, labels(of: ids, on: [start..<ids.count]))
        }
    }

    private func labels(of ids: [Int32], on ranges: [Range<Int>]) -> [Int32] {
        guard completionOnlyLoss else { return ids }
        var labels = [Int32](repeating: TokenBatch.ignored, count: ids.count)
        for range in ranges { labels.replaceSubrange(range, with: ids[range]) }
        return labels
    }

    // MARK: Text to tokens

    /// With the tokens that the tokenizer's post-processor adds.
    func ids(of text: String) throws -> [Int32] {
        guard let tokenizer else { throw DataError.Reason.noTokenizer }
        return try tokenizer.encode(text).ids
    }

    /// The text, ended by the end-of-sequence token once.
    func endingTurn(_ text: String) -> String {
        guard let end = tokenizer?.specialTokens.eos?.text, !end.isEmpty else { return text }
        return text.utf8.reversed().starts(with: end.utf8.reversed()) ? text : text + end
    }

    func template(withTools: Bool) throws -> ChatTemplate {
        guard tokenizer != nil else { throw DataError.Reason.noTokenizer }
        guard let template = withTools ? toolChat : chat else { throw DataError.Reason.noChatTemplate }
        return try template.get()
    }
}

extension DataError.Reason: Error {}

/// How many leading elements two lists share.
func commonPrefix<List: RandomAccessCollection>(_ first: List, _ second: List) -> Int where List.Element: Equatable {
    zip(first, second).prefix { $0 == $1 }.count
}
