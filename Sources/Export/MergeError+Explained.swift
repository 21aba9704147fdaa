import Faults

extension MergeError: Explained {
    public var explanation: Explanation {
        switch self {
        case .targetNotEmpty(let folder):
            Explanation(
                "The folder to write to exists and is not empty.", at: folder,
                next: "Name a new folder, or empty this one; --force replaces one that `lora merge` wrote.", kind: .usage)
        case .targetForeign(let folder):
            Explanation(
                "The folder was not written by `lora merge`, so it is not replaced.", at: folder,
                next: "Name another folder, or remove this one yourself.", kind: .usage)
        case .noRoom(let folder, let needed, let free, let isTemporary):
            Explanation(
                "No space left on device: the merge takes \(needed) bytes, and \(free) are free.", at: folder,
                next: isTemporary
                    ? "Free some space, or let TMPDIR name a folder on another disk."
                    : "Free some space, name a folder on another disk, or store the model in 16 bits (--dtype bf16).")
        case .busy(let folder):
            Explanation(
                "Another process is merging into this folder.", at: folder, next: "Wait for it to end, or name another folder.",
                kind: .busy)
        case .impossible(let candidate, let possible):
            Explanation(
                "There is no candidate '\(candidate.rawValue)': \(candidate.absence).",
                next: "Choose among \(possible.map(\.rawValue).joined(separator: ", ")).", kind: .usage)
        case .nothingToMeasure(let file):
            Explanation(
                "No row has an answer to measure by.", at: file, next: "Add rows with answers; a merge is never taken on trust.",
                kind: .usage)
        }
    }
}

extension MergeCandidate {
    fileprivate var absence: String {
        switch self {
        case .original: "the base is stored in 4 bits, and what it was before is not there"
        case .dequantized: "the adapter was trained on a base that was not quantized"
        case .requantized: "it is made of one of the others"
        }
    }
}
