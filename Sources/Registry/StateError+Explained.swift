import Adapters
import Faults

extension StateError: Explained {
    public var explanation: Explanation {
        switch self {
        case .notActive(let adapter, let standing):
            Explanation(
                "'\(adapter)' is \(standing.words).",
                next: Self.next(adapter, standing), kind: .usage)
        case .notArchived(let adapter, let standing):
            Explanation(
                "'\(adapter)' is not archived; it is \(standing.words).",
                next: standing.state == .active
                    ? "Nothing has to be brought back."
                    : "What is retired stays so; declare an adapter of another name to go on.",
                kind: .usage)
        case .inProduction(let version):
            Explanation(
                "\(version) is in production; retiring '\(version.adapter)' would take it away from whoever uses it.",
                next: "When nobody does any more, retire it with --force and a --reason.", kind: .verification)
        }
    }

    private static func next(_ adapter: AdapterName, _ standing: AdapterStanding) -> String {
        if let name = standing.since?.otherName { return "Use '\(name)'." }
        return standing.state == .archived
            ? "`lora unarchive \(adapter)` brings it back."
            : "Its versions can still be shown and exported; declare an adapter of another name to go on."
    }
}
