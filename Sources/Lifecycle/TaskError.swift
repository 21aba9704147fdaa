import Adapters
import Faults
import Training

/// Why a declared task cannot be judged or trained.
public enum TaskError: Error, Hashable {
    case baseDiffersFromPin(BaseName, changes: [BaseFileChange])
    case baseGone(BaseName, path: String)
    /// A setting of the declaration that the trainer refuses; `place` is `file:line:key`.
    case badSetting(PlanError, place: String)
    /// A declared prompt that says nothing.
    case emptyPrompt(AdapterName, path: String)
    case noRows(AdapterName)
    /// A version whose base is not pinned here, and is another than the adapter's.
    case strangeBase(VersionID, BaseName)
    /// The base has other weights by now than those that the version was trained on.
    case otherWeights(VersionID, BaseName)
    /// A full fine-tune of a declared adapter, whose versions are adapters.
    case wholeModel(AdapterName)
}

extension TaskError: Explained {
    public var explanation: Explanation {
        switch self {
        case .baseDiffersFromPin(let base, let changes):
            return Explanation(
                "The folder of base '\(base)' is not as it was pinned: \(changes.words).", next: Self.remedy(base),
                kind: .integrity)
        case .baseGone(let base, let path):
            return Explanation(
                "The folder of base '\(base)' is gone.", at: path, next: Self.remedy(base), kind: .integrity)
        case .badSetting(let fault, let place):
            return Explanation(fault.explanation.what, at: place, next: fault.explanation.next, kind: .usage)
        case .emptyPrompt(let adapter, let path):
            return Explanation(
                "The prompt that '\(adapter)' declares says nothing.", at: path,
                next: "Write the instructions into it, or take 'prompt' out of the declaration.", kind: .usage)
        case .noRows(let adapter):
            return Explanation(
                "The held-out file of '\(adapter)' has no row that can be judged.", next: "Add rows with answers to it.")
        case .strangeBase(let version, let base):
            return Explanation(
                "\(version) was trained on '\(base)', which is not pinned here.",
                next: "Pin it as it was then: `lora base add \(base) DIR`.", kind: .integrity)
        case .otherWeights(let version, let base):
            return Explanation(
                "\(version) was trained on other weights than '\(base)' is pinned with now.",
                next: "Pin those of then under a name of their own and `lora migrate` to it, or train on the new ones.",
                kind: .integrity)
        case .wholeModel(let adapter):
            return Explanation(
                "A version of '\(adapter)' is an adapter; method full leaves a whole model, which fits no version.",
                next: "Train from folders: `lora train --base DIR --data FILE --out DIR --method full`.", kind: .usage)
        }
    }
}

extension TaskError {
    /// What mends a base that is not as it was pinned.
    static func remedy(_ base: BaseName) -> String {
        "Restore the folder, or pin it as it is now with `lora base add \(base) DIR --replace`."
    }
}

extension [BaseFileChange] {
    /// The first three files with what became of them.
    var words: String {
        let files = prefix(3).map { "\($0.path) \($0.kind.rawValue)" }.joined(separator: ", ")
        return count > 3 ? "\(files) and \(count - 3) more" : files
    }
}
