import Faults

extension MLXFolderError: Explained {
    public var explanation: Explanation {
        switch self {
        case .ranks(let folder, let ranks):
            Explanation(
                "The pairs have ranks \(ranks.map { "\($0)" }.joined(separator: ", ")); mlx-lm loads adapters of one rank only.",
                at: folder, next: "Export it in PEFT's layout, or train one without a rank pattern.", kind: .usage)
        }
    }
}
