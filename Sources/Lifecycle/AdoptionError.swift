import Adapters
import Faults

/// Why an adapter cannot be adopted under a name.
public enum AdoptionError: Error, Hashable, Explained {
    case undeclared(AdapterName, file: String)
    case otherBase(AdapterName, declared: BaseName, asked: BaseName)

    public var explanation: Explanation {
        switch self {
        case .undeclared(let name, let file):
            Explanation(
                "No adapter is declared as '\(name)', and what it is for, who answers for it and how long it is needed stand in no weights.",
                at: file, next: "Declare it first: `lora create --help` says what that takes.", kind: .usage)
        case .otherBase(let name, let declared, let asked):
            Explanation(
                "'\(name)' is declared over base '\(declared)', not '\(asked)'.",
                next: "Adopt it under an adapter of that base, or correct the declaration.", kind: .usage)
        }
    }
}
