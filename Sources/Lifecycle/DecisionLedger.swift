import Adapters
import Registry
import StrictJSON

/// The verdicts on an adapter as they were given, oldest first. Each is a change of the adapter's journal in git, so that `registry rebuild` brings
/// it back and a clone brings it along.
public struct DecisionLedger: Sendable {
    public struct Entry: Sendable {
        /// From 1, within the adapter.
        public let number: Int
        public let decision: Decision
    }

    public let adapter: AdapterName
    public let entries: [Entry]

    public var json: JSONValue {
        ["schema": "lora.ledger/1", "adapter": .string(adapter.text), "decisions": .array(entries.map(\.json))]
    }
}

extension DecisionLedger.Entry {
    fileprivate var json: JSONValue {
        [
            "id": .integer(number), "at": .string("\(decision.at)"), "question": .string(decision.question.rawValue),
            "answer": .string(decision.answer), "made_by": decision.madeBy.map { .string($0) } ?? .null,
            "policy": decision.policy ?? .null, "verdict": decision.verdict,
        ]
    }
}

extension Workspace {
    public func ledger(of adapter: String) throws -> DecisionLedger {
        let name = try AdapterName(adapter)
        try requireKnown(name)
        let entries = try registry.decisions(of: name).enumerated().map {
            DecisionLedger.Entry(number: $0.offset + 1, decision: $0.element)
        }
        return DecisionLedger(adapter: name, entries: entries)
    }
}
