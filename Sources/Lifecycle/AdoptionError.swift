import Adapters
import Faults

/// Why an adapter cannot be adopted under a name.
public enum AdoptionError: Error, Hashable, Explained {
    case undeclared(AdapterName, file: String)
    case otherBase(AdapterName, declared: BaseName, asked: BaseName)
    case notYetTrained(Timestamp, now: Timestamp)

    public var explanation: Explanation {
        switch self {
        case .undeclared(let name, let file):
            Explanation(
                "No adapter is declared as '\(name)', and what it is for, who answers for it and how long it is needed stand in no weights.",
                at: file, next: "Declare it first: `lora create --help` says what that takes.", kind: .usage)
        case .notYetTrained(let trainedAt, let now):
            Explanation(
                "An adapter cannot have been trained at \(trainedAt): it is \(now).", at: "--trained-at",
                next: "Give the day on which its training ended, or leave it out.", kind: .usage)
        case .otherBase(let name, let declared, let asked):
            Explanation(
                "'\(name)' is declared over base '\(declared)', not '\(asked)'.",
                next: "Adopt it under an adapter of that base, or correct the declaration.", kind: .usage)
        }
    }
}
