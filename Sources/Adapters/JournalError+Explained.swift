import Faults

extension JournalError: Explained {
    public var explanation: Explanation {
        switch self {
        case .diverged(let adapter, let position, let head):
            let (index, journal) = (position?.hex ?? "nothing", head?.hex ?? "nothing")
            return Explanation(
                "The index of \(adapter) stands at \(index), and its journal in git ends at \(journal) without leading there.",
                at: "versions.git:refs/heads/journal/\(adapter)",
                next: "`lora registry rebuild` makes the index again from git; the old one is kept beside it.", kind: .integrity)
        }
    }
}
