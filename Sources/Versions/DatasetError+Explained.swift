import Adapters
import Faults

extension DatasetError: Explained {
    public var explanation: Explanation {
        switch self {
        case .unknown(let name):
            Explanation("Git holds no data set \(name).", next: "`lora dataset list` shows them all.", kind: .usage)
        case .ambiguous(let name, let all):
            Explanation(
                "\(name) may mean \(counted(all.count, "data set")).",
                next: "Type more digits: \(all.map { $0.short(digits: DatasetID.digitsApart(all)) }.joined(separator: ", ")).",
                kind: .usage)
        case .unknownOrigin(let version):
            Explanation(
                "\(version) was adopted, and what it was trained on is unknown.",
                next: "`lora show \(version)` tells what is known of it.", kind: .usage)
        case .notStored(let dataset):
            Explanation(
                "Git does not hold \(dataset).",
                next: "A version from before data sets were stored has none; `lora verify` says whether one was lost.",
                kind: .usage)
        case .lost(let dataset, let version):
            Explanation(
                "\(version) was trained on \(dataset), which git no longer holds.",
                next: "Restore the tag \(dataset.tag) in versions.git from a copy.", kind: .integrity)
        case .rowsNotKept(let dataset, let sources):
            Explanation(
                "Only the digests of \(dataset) are stored, not its rows.",
                next: "Look at \(sources.joined(separator: " and ")), from which it was read.", kind: .usage)
        case .changed(let dataset, let path):
            Explanation(
                "The file is no longer what it was when it was read as part of \(dataset).", at: path,
                next: "Run the command again once nobody writes to it.")
        case .damaged(let dataset, let fault):
            Explanation(
                "A file of \(dataset) is not what was stored: \(fault.words).", at: fault.path, next: fault.remedy,
                kind: .integrity)
        }
    }
}
