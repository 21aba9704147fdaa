import Faults

extension MergeError: Explained {
    public var explanation: Explanation {
        switch self {
        case .quantizedBase(let folder, let tensor):
            Explanation(
                "The base is stored in 4 bits; rounding the merged weights to 4 bits again would lose much of the adapter.",
                at: "\(folder):\(tensor)", next: "Merge into the base's original folder, in 16 or 32 bits.", kind: .usage)
        case .targetNotEmpty(let folder):
            Explanation(
                "The folder to write to exists and is not empty.", at: folder, next: "Name a new folder, or empty this one.",
                kind: .usage)
        case .notFinite(let tensor):
            Explanation(
                "Merging the adapter gives NaN or infinite weights.", at: tensor,
                next: "The adapter or the base is damaged; take an earlier version, or download the base again.")
        }
    }
}
