import Digests
import StrictJSON

/// The number of a training run in its registry, written `run-12`.
public struct RunID: Sendable, Hashable, Comparable, CustomStringConvertible {
    public let number: Int

    /// - Precondition: `number` is positive.
    public init(_ number: Int) {
        precondition(number > 0, "run numbers start at 1")
        self.number = number
    }

    public init(_ text: String) throws(NameError) {
        guard text.hasPrefix("run-"), let number = Int(text.dropFirst(4)), number > 0, "run-\(number)" == text else {
            throw NameError(kind: .run, text: text, fault: .form(wanted: "run-12"))
        }
        self.init(number)
    }

    public var description: String { "run-\(number)" }

    public static func < (first: RunID, second: RunID) -> Bool { first.number < second.number }
}

/// The settings that a run was started with, as the trainer wrote them down.
public struct RecordedPlan: Sendable, Hashable {
    public let json: JSONValue
    /// The trainer's own: equal for plans that train the same weights, whatever they say about logging and saving.
    public let digest: ContentDigest

    public init(json: JSONValue, digest: ContentDigest) {
        self.json = json
        self.digest = digest
    }
}

/// The base that a run started from, as it was at that time.
public struct BaseIdentity: Sendable, Hashable {
    public let name: BaseName
    public let revision: String?
    /// `BaseDeclaration.digest`.
    public let digest: ContentDigest

    public init(name: BaseName, revision: String?, digest: ContentDigest) {
        self.name = name
        self.revision = revision
        self.digest = digest
    }
}

/// One training attempt.
public struct Run: Sendable, Hashable {
    public enum State: String, Sendable, Hashable, CaseIterable {
        case started, finished, failed, interrupted
    }

    /// How a run ended.
    public enum Outcome: Sendable, Hashable {
        /// Its candidate became a version.
        case admitted(VersionID)
        /// It finished, but a gate kept its candidate out.
        case rejected(reason: String)
        case failed(reason: String)
        /// It was stopped, or its process died; it can be resumed from its last checkpoint.
        case interrupted(reason: String)

        public var state: State {
            switch self {
            case .admitted, .rejected: .finished
            case .failed: .failed
            case .interrupted: .interrupted
            }
        }

        /// Why it left no version; nil when it left one.
        public var reason: String? {
            switch self {
            case .admitted: nil
            case .rejected(let reason), .failed(let reason), .interrupted(let reason): reason
            }
        }
    }

    public struct End: Sendable, Hashable {
        public let outcome: Outcome
        public let at: Timestamp

        public init(_ outcome: Outcome, at: Timestamp) {
            self.outcome = outcome
            self.at = at
        }
    }

    public let id: RunID
    public let start: RunStart
    /// Nil while it runs.
    public let end: End?

    public init(id: RunID, start: RunStart, end: End?) {
        self.id = id
        self.start = start
        self.end = end
    }

    public var state: State { end?.outcome.state ?? .started }

    /// What became of it, in one word; unlike its state it tells a refused run from a released one.
    public var standing: String {
        if case .rejected = end?.outcome { "refused" } else { state.rawValue }
    }
}

/// What is known of a run when it starts.
public struct RunStart: Sendable, Hashable {
    public let adapter: AdapterName
    public let base: BaseIdentity
    public let dataset: DatasetVersion
    public let plan: RecordedPlan
    public let at: Timestamp

    public init(adapter: AdapterName, base: BaseIdentity, dataset: DatasetVersion, plan: RecordedPlan, at: Timestamp) {
        self.adapter = adapter
        self.base = base
        self.dataset = dataset
        self.plan = plan
        self.at = at
    }
}
