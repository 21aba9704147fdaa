import Adapters
import Faults
import StrictJSON

/// What is due over all adapters at one moment: a pure function of facts, policies and that moment.
public struct MaintenancePlan: Sendable, Hashable {
    public let now: Timestamp
    /// In the order of the adapters' names.
    public let cases: [RetrainCase]
    /// Those of which nothing can be said, by name.
    public let unjudged: [UnjudgedAdapter]
    /// Those that are archived or given up, by name: nothing is due of them.
    public let resting: [RestingAdapter]

    public init(
        judging adapters: [(facts: AdapterFacts, policy: Policy)], unjudged: [UnjudgedAdapter] = [],
        resting: [RestingAdapter] = [], now: Timestamp
    ) {
        self.now = now
        self.resting = resting.sorted { $0.name < $1.name }
        self.unjudged = unjudged.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        cases = adapters.map { RetrainCase(judging: $0.facts, by: $0.policy, now: now) }
            .sorted { $0.facts.adapter.text.utf8.lexicographicallyPrecedes($1.facts.adapter.text.utf8) }
    }

    /// Of what was judged already.
    public init(cases: [RetrainCase], unjudged: [UnjudgedAdapter], resting: [RestingAdapter], now: Timestamp) {
        (self.cases, self.unjudged, self.resting, self.now) = (cases, unjudged, resting, now)
    }

    /// All that are to be maintained, judged or not.
    public var considered: Int { cases.count + unjudged.count }

    public var due: [RetrainCase] { cases.filter(\.isDue) }

    /// Nothing that this plan says can be relied on while a training lies in its future.
    public var isClockBehind: Bool { cases.contains(where: \.isClockBehind) }

    /// `lora.retrain/1`; the same facts, policies and moment always give the same bytes.
    public var json: JSONValue {
        [
            "schema": "lora.retrain/1", "now": .string(now.description), "due": .integer(due.count),
            "clock_behind": .bool(isClockBehind),
            "adapters": .array(cases.map(\.json)), "unjudged": .array(unjudged.map(\.json)),
            "resting": .array(resting.map(\.json)),
        ]
    }
}

/// An adapter whose declaration, policy or records cannot be read.
public struct UnjudgedAdapter: Sendable, Hashable {
    public let name: String
    public let explanation: Explanation

    public init(name: String, explanation: Explanation) {
        self.name = name
        self.explanation = explanation
    }

    var json: JSONValue {
        [
            "adapter": .string(name), "what": .string(explanation.what),
            "place": explanation.place.map { .string($0) } ?? .null,
        ]
    }
}

/// An adapter that is not maintained, and why.
public struct RestingAdapter: Sendable, Hashable {
    public let name: AdapterName
    public let standing: AdapterStanding

    public init(name: AdapterName, _ standing: AdapterStanding) {
        self.name = name
        self.standing = standing
    }

    var json: JSONValue {
        [
            "adapter": .string(name.text), "state": .string(standing.state.rawValue),
            "because": standing.since.map { .string($0.reason) } ?? .null,
        ]
    }
}
