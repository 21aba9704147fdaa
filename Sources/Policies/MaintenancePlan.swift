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

    public init(
        judging adapters: [(facts: AdapterFacts, policy: Policy)], unjudged: [UnjudgedAdapter] = [], now: Timestamp
    ) {
        self.now = now
        self.unjudged = unjudged.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        cases = adapters.map { RetrainCase(judging: $0.facts, by: $0.policy, now: now) }
            .sorted { $0.facts.adapter.text.utf8.lexicographicallyPrecedes($1.facts.adapter.text.utf8) }
    }

    public var due: [RetrainCase] { cases.filter(\.isDue) }

    /// Nothing that this plan says can be relied on while a training lies in its future.
    public var isClockBehind: Bool { cases.contains(where: \.isClockBehind) }

    /// `lora.retrain/1`; the same facts, policies and moment always give the same bytes.
    public var json: JSONValue {
        [
            "schema": "lora.retrain/1", "now": .string(now.description), "due": .integer(due.count),
            "clock_behind": .bool(isClockBehind),
            "adapters": .array(cases.map(\.json)), "unjudged": .array(unjudged.map(\.json)),
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
