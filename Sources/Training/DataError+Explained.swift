import Faults
import StrictJSON

extension DataError: Explained {
    public var explanation: Explanation {
        Explanation(fault, at: file + (line.map { ":\($0)" } ?? ""), next: next, kind: .usage)
    }

    private var fault: String {
        switch reason {
        case .unreadable(let why): "The data file cannot be read: \(why)."
        case .notJSON(let reason, let column):
            JSONError(reason, line: 1, column: column).explanation.what.replacing(".", with: "") + " (column \(column))."
        case .notAnObject: "The line holds no JSON object."
        case .unknownForm(let keys) where keys.isEmpty: "The row is an empty object."
        case .unknownForm(let keys): "The row has no known form; its keys are \(keys.joined(separator: ", "))."
        case .missingKey(let key, let form): "The row of form \(form.rawValue) has no \"\(key)\"."
        case .wrongType(let key, let wanted): "\"\(key)\" is not \(wanted)."
        case .unknownRole(let role): "'\(role)' is no role of a conversation."
        case .lengthsDiffer(let key, let count, let ids): "\"\(key)\" has \(count) entries, but \"input_ids\" has \(ids)."
        case .interruptedMask: "\"attention_mask\" has a 0 between two 1s; only padding at the ends can be left out."
        case .tokenOutOfVocabulary(let id, let size): "Token \(id) is outside the base's vocabulary of \(size)."
        case .noTokenizer: "The row is text, but the base folder has no tokenizer."
        case .noChatTemplate: "The row is a conversation, but the base has no chat template."
        case .templateFailed(let why): "The base's chat template does not take this row: \(why)"
        case .unfoundTurn(let message):
            "Message \(message) is the assistant's, but its text cannot be found in what the chat template renders."
        case .notEncoded(let why): "The tokenizer does not take this row: \(why)"
        case .noAnswer(let form): "The row of form \(form.rawValue) has no answer to compare with."
        case .noPrompt: "The row asks nothing: no token stands before its answer."
        case .unknownLabel(let label): "'\(label)' is none of the task's labels."
        case .unfitAnswer(let unfit): "The row's answer \(unfit.words)."
        case .noColumn(let column, _): "No row has a column '\(column)'."
        case .manySlices(let column, let values, let limit):
            "The column '\(column)' has \(values) values; at most \(limit) parts of the rows can be told apart."
        case .noRows: "The data file holds no rows."
        case .nothingSupervised(let rows): "None of the \(rows) rows has a token to learn from."
        case .allLeftOut(let rows): "Nothing is left to learn from: the held-out set knows \(rows) of the rows."
        }
    }

    private var next: String {
        switch reason {
        case .unreadable: "Check the path and that the file may be read."
        case .notJSON, .notAnObject: "Write one JSON object per line."
        case .unknownForm, .missingKey:
            "Rows are {\"messages\"}, {\"prompt\",\"completion\"}, {\"text\"}, {\"instruction\",\"input\",\"output\"}, "
                + "{\"conversations\"} or {\"input_ids\",\"labels\"}."
        case .wrongType, .lengthsDiffer, .interruptedMask, .noRows: "Correct the file and run the command again."
        case .unknownRole: "Roles are system, user, assistant and tool (in conversations also human, gpt and function)."
        case .tokenOutOfVocabulary: "Tokenize the rows with this base's own tokenizer."
        case .noTokenizer: "Add tokenizer.json to the base folder, or give rows as {\"input_ids\",\"labels\"}."
        case .noChatTemplate: "Add chat_template.jinja to the base folder, or give rows as {\"prompt\",\"completion\"}."
        case .templateFailed, .unfoundTurn:
            "Change the row, or use a template that marks answers with {% generation %}."
        case .notEncoded: "Correct the row, or check the base's tokenizer.json."
        case .noAnswer, .noPrompt:
            "Held-out rows are {\"messages\"} that end with the assistant's answer, or {\"prompt\",\"completion\"}."
        case .unfitAnswer: "Correct the row, or declare another metric."
        case .noColumn(_, let nearest?): "Did you mean '\(nearest)'?"
        case .noColumn(_, nil): "Columns are keys of the rows, within others by dots, such as meta.language."
        case .manySlices: "Part the rows by a column with fewer values."
        case .unknownLabel: "Correct the row, or add the label to the task's labels."
        case .allLeftOut: "Give each input to one of the two files; what judges a training must be new to it."
        case .nothingSupervised: "Check that answers are not empty and that max_length leaves room for them."
        }
    }
}
