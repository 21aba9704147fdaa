/// What may be done with an adapter.
public enum AdapterState: String, Sendable, Hashable, CaseIterable {
    case active
    /// It rests: out of the list and of maintenance, and not trained, until somebody brings it back.
    case archived
    /// Given up for good: neither trained nor put into use again. Its versions are kept until they are pruned.
    case retired
    /// It goes on under another name; this one keeps what happened until then.
    case renamed

    /// The state that an event leads to; nil for one that leaves it as it is.
    public init?(after kind: RegistryEvent.Kind) {
        switch kind {
        case .unarchived: self = .active
        case .archived: self = .archived
        case .retired: self = .retired
        case .renamedTo: self = .renamed
        default: return nil
        }
    }
}

/// A state with what led to it.
public struct AdapterStanding: Sendable, Hashable {
    public let state: AdapterState
    /// Nil for an adapter that has always been active.
    public let since: RegistryEvent?

    public init(state: AdapterState, since: RegistryEvent?) {
        self.state = state
        self.since = since
    }
}

extension AdapterStanding {
    /// `retired since 2026-05-01T10:00:00Z by ada: replaced`.
    public var words: String {
        (since?.otherName.map { "called \($0) now," } ?? state.rawValue)
            + (since.map { " since \($0.at) by \($0.actor.name): \($0.reason)" } ?? "")
    }
}

extension [RegistryEvent] {
    /// Where an adapter stands after these events, which are its own, oldest first.
    public var standing: AdapterStanding {
        for event in reversed() {
            if let state = AdapterState(after: event.kind) { return AdapterStanding(state: state, since: event) }
        }
        return AdapterStanding(state: .active, since: nil)
    }

    /// What gave a version's large files up; nil while it has them.
    public func pruning(of version: VersionID) -> RegistryEvent? { first { $0.kind == .pruned && $0.version == version } }
}
