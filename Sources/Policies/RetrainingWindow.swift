import Adapters
import StrictJSON

/// The span after a training in which a retraining may become due: `opens ≤ now < closes`.
public struct RetrainingWindow: Sendable, Hashable {
    public enum State: String, Sendable, Hashable {
        case before
        case open
        case closed
    }

    public let opens: Timestamp
    public let closes: Timestamp

    public init(after lastTrained: Timestamp, rules: RetrainingRules) {
        opens = lastTrained.adding(rules.opens)
        closes = lastTrained.adding(rules.closes)
    }

    public func state(at now: Timestamp) -> State { now < opens ? .before : now < closes ? .open : .closed }

    func json(at now: Timestamp) -> JSONValue {
        [
            "state": .string(state(at: now).rawValue), "opens": .string(opens.description),
            "closes": .string(closes.description),
        ]
    }
}
