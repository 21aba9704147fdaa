import Adapters
import StrictJSON

/// What is due over all adapters at one moment: a pure function of facts, policies and that moment.
public struct MaintenancePlan: Sendable, Hashable {
    public let now: Timestamp
    /// In the order of the adapters' names.
    public let cases: [RetrainCase]

    public init(judging adapters: [(facts: AdapterFacts, policy: Policy)], now: Timestamp) {
        self.now = now
        cases = adapters.map { RetrainCase(judging: $0.facts, by: $0.policy, now: now) }
            .sorted { $0.facts.adapter.text.utf8.lexicographicallyPrecedes($1.facts.adapter.text.utf8) }
    }

    public var due: [RetrainCase] { cases.filter(\.isDue) }

    /// `lora.retrain/1`; the same facts, policies and moment always give the same bytes.
    public var json: JSONValue {
        [
            "schema": "lora.retrain/1", "now": .string(now.description), "due": .integer(due.count),
            "adapters": .array(cases.map(\.json)),
        ]
    }
}
