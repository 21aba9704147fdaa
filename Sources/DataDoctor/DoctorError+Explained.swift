import Faults

extension DoctorError: Explained {
    public var explanation: Explanation {
        switch self {
        case .unreadable(let file, let why):
            Explanation("The data file cannot be read: \(why).", at: file, next: "Check the path and that the file may be read.")
        case .lineTooLong(let file, let line):
            Explanation(
                "A line is longer than \(LineBatches.longestLine >> 20) MiB.", at: "\(file):\(line)",
                next: "Write one JSON object per line.")
        case .badLines(let file, let count, let first):
            Explanation(
                "\(count) \(count == 1 ? "line cannot" : "lines cannot") be read as rows.", at: "\(file):\(first)",
                next: "`lora data check` names them all; `lora data fix` writes a copy without them.", kind: .verification)
        case .noRows(let file):
            Explanation("The data file holds no rows.", at: file, next: "Write one JSON object per line.", kind: .usage)
        case .tooMany(let heldOut, let rows):
            Explanation(
                "\(heldOut) of \(rows) rows cannot be held out: nothing would be left to learn from.",
                next: "Ask for fewer, or for a share such as 0.2.", kind: .usage)
        case .nothingToHoldOut(let rows):
            Explanation(
                "Rows that belong together fill more than is to be held out, so none of the \(rows) rows can be.",
                next: "Ask for more rows, or leave --group out.", kind: .usage)
        case .unknownKey(let key, let file):
            Explanation(
                "No row has \"\(key)\".", at: file, next: "Name a key of the rows, or a path such as meta.customer.", kind: .usage
            )
        case .exists(let path, let mayReplace):
            Explanation(
                "Something stands there already.", at: path,
                next: "Name a place where nothing stands\(mayReplace ? ", or give --force" : "").", kind: .usage)
        case .isInput(let path):
            Explanation(
                "The copy would replace what it is made from.", at: path,
                next: "Name another place; files are never changed in place.", kind: .usage)
        case .noRow(let line, let file):
            Explanation("Line \(line) holds no row.", at: file, next: "Name the number of a line of the file.", kind: .usage)
        case .changedMeanwhile(let file):
            Explanation("The file changed while it was read.", at: file, next: "Run the command again; nothing was written.")
        case .heldOutChanged(let file, let frozen, let found):
            Explanation(
                "The held-out rows are not those that were frozen: \(found), frozen was \(frozen).", at: file,
                next: "Bring the frozen file back, or split anew into another folder with `lora data split`.", kind: .verification
            )
        }
    }
}
