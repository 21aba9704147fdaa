/// What a person needs to hear about a failure: the fact, the place and the next step.
///
/// Modules throw errors that carry facts; each error's wording stands in one file beside it, named
/// `<Error>+Explained.swift`. Only the shell prints explanations and turns their `kind` into an exit status.
public struct Explanation: Sendable, Hashable {
    /// One sentence that states what is wrong, without the place.
    public let what: String
    /// `file`, `file:line` or `file:line:key`; nil when the fault has no place in a file.
    public let place: String?
    /// One sentence that names what to do next, often a command.
    public let next: String
    public let kind: FaultKind

    public init(_ what: String, at place: String? = nil, next: String, kind: FaultKind = .runtime) {
        self.what = what
        self.place = place
        self.next = next
        self.kind = kind
    }
}

/// The classes of failure that callers tell apart by exit status.
public enum FaultKind: String, Sendable, Hashable, CaseIterable {
    /// Something went wrong while working: exit 1.
    case runtime
    /// What was typed or declared cannot be meant: exit 2.
    case usage
    /// A check of evidence or effect failed: exit 13.
    case verification
    /// Stored bytes are not what their digest or format says: exit 14.
    case integrity
    /// Somebody else holds the lock: exit 75.
    case busy
    /// Stopped on request, state saved: exit 130.
    case interrupted
}

/// An error that can explain itself to a person.
public protocol Explained: Error {
    var explanation: Explanation { get }
}
