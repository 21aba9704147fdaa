import Faults

extension CandidateError: Explained {
    public var explanation: Explanation {
        switch self {
        case .occupied(let path):
            Explanation(
                "The output folder is not empty.", at: path, next: "Name a folder that does not exist yet, or empty it.",
                kind: .usage)
        }
    }
}
