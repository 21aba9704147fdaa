import Adapters
import Faults

extension RenameError: Explained {
    public var explanation: Explanation {
        switch self {
        case .taken(let name):
            Explanation(
                "The name '\(name)' was used before; its history is kept.",
                next: "Choose another name; `lora history \(name)` tells why.",
                kind: .usage)
        case .tagged(let version):
            Explanation(
                "Git holds a tag \(version.tag), so the name '\(version.adapter)' cannot be taken.",
                next: "Choose another name, or remove the tag if it is yours: `git tag -d \(version.tag)` in versions.git.",
                kind: .usage)
        case .unfinished(let old, let new, let cause):
            Explanation(
                "'\(old)' is renamed, but not all that follows from it is done. \(cause.what)", at: cause.place,
                next: "The next command goes on with it, and from then on it is called \(new). \(cause.next)")
        case .same(let name):
            Explanation("'\(name)' is its name already.", next: "Choose another name.", kind: .usage)
        }
    }
}
