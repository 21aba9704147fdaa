import Faults

extension CandidateError: Explained {
    public var explanation: Explanation {
        switch self {
        case .occupied(let path):
            Explanation(
                "The output folder is not empty.", at: path, next: "Name a folder that does not exist yet, or empty it.",
                kind: .usage)
        case .noConclusion(let path):
            Explanation(
                "The file does not say how the run ended that left this candidate.", at: path,
                next: "Remove the candidate's folder and train again.", kind: .integrity)
        }
    }
}
