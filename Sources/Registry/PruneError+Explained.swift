import Adapters
import Faults

extension PruneError: Explained {
    public var explanation: Explanation {
        switch self {
        case .aliased(let version, let alias):
            Explanation(
                "\(version) is \(alias) now, so its weights stay.",
                next: "Look at the plan again: `lora prune \(version.adapter)`.",
                kind: .busy)
        }
    }
}
