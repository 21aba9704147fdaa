import StrictJSON

/// Whether a candidate may become a version.
public struct GateVerdict: Sendable, Hashable {
    public enum Answer: String, Sendable, Hashable {
        case admitted
        case refused
    }

    public let answer: Answer
    public let rules: [RuleOutcome]
    public let policy: PolicyStamp

    public init(answer: Answer, rules: [RuleOutcome], policy: PolicyStamp) {
        self.answer = answer
        self.rules = rules
        self.policy = policy
    }

    /// One sentence per rule.
    public var reasons: [String] { rules.map(\.reason) }

    /// `lora.gate/1`; the same verdict always gives the same bytes.
    public var json: JSONValue {
        [
            "schema": "lora.gate/1", "verdict": .string(answer.rawValue), "rules": .array(rules.map(\.json)),
            "reasons": .array(reasons.map(JSONValue.string)), "policy": policy.json,
        ]
    }
}
