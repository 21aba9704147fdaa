import Faults
import Tensors

extension CheckpointError: Explained {
    public var explanation: Explanation {
        switch self {
        case .otherRun(let input, let folder):
            Explanation(
                "The checkpoint belongs to a run of \(input.phrase).", at: folder,
                next: "Repeat that run's options to go on with it, or begin anew with --fresh.", kind: .usage)
        case .otherKernels(let saved, let current, let folder):
            Explanation(
                "The checkpoint was made by the \(saved) kernels, and this process runs the \(current) ones.", at: folder,
                next: "Set \(KernelPath.variable)=\(saved) to go on with it, or begin anew with --fresh.", kind: .usage)
        case .unreadableManifest(let file):
            Explanation("The checkpoint's manifest cannot be read.", at: file, next: Self.remedy, kind: .integrity)
        case .missingFile(let name, let folder):
            Explanation("The checkpoint lacks \(name).", at: folder, next: Self.remedy, kind: .integrity)
        case .damagedFile(let name, let folder):
            Explanation(
                "The bytes of \(name) are not those that were saved.", at: folder, next: Self.remedy, kind: .integrity)
        }
    }

    private static let remedy = "Remove that folder; the run goes on from the checkpoint before it, or from the start."
}

extension CheckpointError.Input {
    fileprivate var phrase: String {
        switch self {
        case .plan: "other options"
        case .base: "another base"
        case .data: "other data"
        case .parent: "another parent adapter"
        case .heldOut: "other held-out rows or another run rule"
        }
    }
}
