import Metrics
import StrictJSON

/// What is wrong with a data file, and where.
public struct DataError: Error, Hashable {
    public enum Reason: Sendable, Hashable {
        case unreadable(String)
        case notJSON(JSONError.Reason, column: Int)
        case notAnObject
        case unknownForm(keys: [String])
        case missingKey(String, form: RowForm)
        case wrongType(key: String, wanted: String)
        case unknownRole(String)
        case lengthsDiffer(key: String, count: Int, idsCount: Int)
        case interruptedMask
        case tokenOutOfVocabulary(id: Int, vocabularySize: Int)
        /// Text rows need a tokenizer, conversations a chat template; the base has none.
        case noTokenizer
        case noChatTemplate
        case templateFailed(String)
        /// The rendered conversation does not show where an assistant turn lies.
        case unfoundTurn(message: Int)
        /// The tokenizer failed on the row.
        case notEncoded(String)
        /// Only conversations that end with the assistant and prompt/completion rows have an answer to compare.
        case noAnswer(RowForm)
        case noPrompt
        case unknownLabel(String)
        /// The task's metric cannot hold answers against this one.
        case unfitAnswer(MetricError.Unfit)
        /// A column to part rows by that no row has.
        case noColumn(String, nearest: String?)
        /// A column with so many values that its parts say nothing.
        case manySlices(String, values: Int, limit: Int)
        case noRows
        /// Every row was empty, unlabelled, or lost its answer to truncation.
        case nothingSupervised(rows: Int)
        /// Every row that could be learned from also stands in the held-out set.
        case allLeftOut(rows: Int)
    }

    public let reason: Reason
    public let file: String
    /// 1-based; nil when the fault is the whole file's.
    public let line: Int?

    public init(_ reason: Reason, file: String, line: Int? = nil) {
        self.reason = reason
        self.file = file
        self.line = line
    }
}
