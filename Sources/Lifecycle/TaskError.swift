import Adapters
import Faults
import Training

/// Why a declared task cannot be judged or trained.
public enum TaskError: Error, Hashable {
    case baseDiffersFromPin(BaseName, changes: [BaseFileChange])
    /// A setting of the declaration that the trainer refuses; `place` is `file:line:key`.
    case badSetting(PlanError, place: String)
    case noAdapterNamed
    case noRows(AdapterName)
}

extension TaskError: Explained {
    public var explanation: Explanation {
        switch self {
        case .baseDiffersFromPin(let base, let changes):
            let files = changes.prefix(3).map { "\($0.path) \($0.kind.rawValue)" }.joined(separator: ", ")
            return Explanation(
                "The folder of base '\(base)' is not as it was pinned: \(files)\(changes.count > 3 ? ", …" : "").",
                next: "Restore the folder, or pin it as it is now with `lora base add \(base) DIR --replace`.", kind: .integrity)
        case .badSetting(let fault, let place):
            return Explanation(fault.explanation.what, at: place, next: fault.explanation.next, kind: .usage)
        case .noAdapterNamed:
            return Explanation(
                "Neither an adapter nor all three numbers are given.",
                next: "Name an adapter, or give --base-error, --examples and --horizon.", kind: .usage)
        case .noRows(let adapter):
            return Explanation(
                "The held-out file of '\(adapter)' has no row that can be judged.", next: "Add rows with answers to it.")
        }
    }
}
