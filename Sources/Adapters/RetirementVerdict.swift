import StrictJSON

/// Whether an adapter is still worth its upkeep. Its rules pass where it is.
public struct RetirementVerdict: Sendable, Hashable {
    public enum Answer: String, Sendable, Hashable, CaseIterable {
        case keep
        case retire
        case notEnoughEvidence = "not_enough_evidence"
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

    /// `lora.retirement/1`; the same verdict always gives the same bytes.
    public var json: JSONValue {
        [
            "schema": "lora.retirement/1", "verdict": .string(answer.rawValue), "rules": .array(rules.map(\.json)),
            "reasons": .array(reasons.map(JSONValue.string)), "policy": policy.json,
        ]
    }
}
