import Adapters
import Digests
import Faults

/// Why suites or probes cannot be used or kept.
public enum SuiteError: Error, Hashable {
    case unknown(String, nearest: String?)
    case taken(SuiteName, isShipped: Bool)
    /// Rows that are not as they were frozen.
    case changed(SuiteName, path: String, frozen: ContentDigest, found: ContentDigest)
    case shipped(String)
    /// Answers of which each row has its own, or all the same.
    case noLabels(answers: Int, rows: Int, path: String)
    case unknownMetric(String, nearest: String?)
    /// A manifest that is not what `suite add` writes.
    case badManifest(path: String)
    case busy
    case unknownProbe(String, AdapterName, nearest: String?)
    case badProbe(path: String, line: Int)
    /// No higher name can be given.
    case namesUsedUp(path: String)
    case noLine(Int, path: String)
    /// Rows of a file that nobody may copy out of it.
    case privateRows(AdapterName)
    case emptyReason

    /// A name that no suite can be scored by, with the nearest that can.
    public init(unknownMetric name: String) {
        self = .unknownMetric(name, nearest: nearestName(to: name, among: SuiteMetric.names))
    }
}

extension SuiteError: Explained {
    public var explanation: Explanation {
        switch self {
        case .unknown(let name, let nearest):
            Explanation(
                "No suite is named '\(name)'.\(nearest.map { " Did you mean '\($0)'?" } ?? "")",
                next: "`lora suite list` shows those that are known.", kind: .usage)
        case .taken(let name, let isShipped):
            Explanation(
                "A suite '\(name)' \(isShipped ? "ships with the program" : "is frozen already").",
                next:
                    "Add the rows under another name\(isShipped ? "" : ", or take that one away: `lora suite remove \(name)`").",
                kind: .usage)
        case .changed(let name, let path, let frozen, let found):
            Explanation(
                "The rows of suite '\(name)' are not as they were frozen: sha256:\(frozen.hex.prefix(8))… was, "
                    + "sha256:\(found.hex.prefix(8))… is there.",
                at: path, next: "Restore the file, or take the suite away: `lora suite remove \(name)`.",
                kind: .integrity)
        case .shipped(let name):
            Explanation(
                "The suite '\(name)' ships with the program and stays.",
                next: "A policy without `keeps_suites` in its gate puts candidates to none.", kind: .usage)
        case .noLabels(let answers, let rows, let path):
            Explanation(
                answers == 1
                    ? "All of \(counted(rows, "row")) have the same answer, so there is nothing to choose from."
                    : "Each of \(counted(rows, "row")) has an answer of its own, so there are no labels to choose from.",
                at: path, next: "Score them by exact_match, token_f1 or rouge_l.", kind: .usage)
        case .unknownMetric(let name, let nearest):
            Explanation(
                "A suite cannot be scored by '\(name)'.\(nearest.map { " Did you mean '\($0)'?" } ?? "")",
                next: "Known: \(SuiteMetric.names.joined(separator: ", ")).", kind: .usage)
        case .badManifest(let path):
            Explanation(
                "This is no manifest of a suite.", at: path,
                next: "Restore it, or take the suite away with `lora suite remove` and add it anew.",
                kind: .integrity)
        case .busy:
            Explanation(
                "Another process writes suites or probes.", next: "Try again in a moment.", kind: .busy)
        case .unknownProbe(let name, let adapter, let nearest):
            Explanation(
                "'\(adapter)' has no probe '\(name)'.\(nearest.map { " Did you mean '\($0)'?" } ?? "")",
                next: "`lora probe list \(adapter)` shows them.", kind: .usage)
        case .badProbe(let path, let line):
            Explanation(
                "This is no probe.", at: "\(path):\(line)",
                next: "Restore the file as `lora probe add` wrote it, or take the line out.", kind: .integrity)
        case .namesUsedUp(let path):
            Explanation(
                "There are no more names for probes: \(KeptProbe.name(KeptProbe.lastNumber)) is the last.", at: path,
                next: "Was it typed by hand? Then give that line the name after the others'.", kind: .integrity)
        case .noLine(let line, let path):
            Explanation("Line \(line) holds no row.", at: path, next: "Name a line with a row, from 1.", kind: .usage)
        case .privateRows(let adapter):
            Explanation(
                "The rows of '\(adapter)' are private (keep_rows: false), and a probe is kept in clear text.",
                next: "Write a probe of your own that asks the same without what is private: "
                    + "`lora probe add \(adapter) --prompt TEXT --answer TEXT --reason TEXT`.", kind: .usage)
        case .emptyReason:
            Explanation("A probe needs a reason.", next: "Say with --reason what went wrong.", kind: .usage)
        }
    }
}
