import StrictJSON

/// The answer to "should I fine-tune?", with everything that led to it.
public struct Verdict: Sendable, Hashable {
    public enum Answer: String, Sendable, Hashable {
        case yes
        case no
        case notEnoughEvidence = "not_enough_evidence"
    }

    public let answer: Answer
    public let rules: [RuleOutcome]
    /// Sentences: what decided, each rule in turn.
    public let reasons: [String]
    /// What to do instead, for each rule that failed.
    public let alternatives: [Alternative]
    /// What to measure, for each rule that could not decide.
    public let needs: [Need]
    public let signals: [Signal]
    /// Around the base's error; nil for a number given by hand or not at all.
    public let baseErrorInterval: MeasuredInterval?
    public let policy: PolicyStamp

    public init(
        answer: Answer, rules: [RuleOutcome], reasons: [String], alternatives: [Alternative], needs: [Need], signals: [Signal],
        baseErrorInterval: MeasuredInterval?, policy: PolicyStamp
    ) {
        self.answer = answer
        self.rules = rules
        self.reasons = reasons
        self.alternatives = alternatives
        self.needs = needs
        self.signals = signals
        self.baseErrorInterval = baseErrorInterval
        self.policy = policy
    }

    /// `lora.verdict/1`; the same verdict always gives the same bytes.
    public var json: JSONValue {
        [
            "schema": "lora.verdict/1", "verdict": .string(answer.rawValue), "rules": .array(rules.map(\.json)),
            "reasons": .array(reasons.map(JSONValue.string)), "alternatives": .array(alternatives.map(\.json)),
            "needs": .array(needs.map(\.json)), "signals": .array(signals.map(\.json)),
            "base_error_interval": baseErrorInterval?.json ?? .null, "policy": policy.json,
        ]
    }
}

/// Which policy judged: its name, and the digest of the text it was read from.
public struct PolicyStamp: Sendable, Hashable {
    public let name: String
    public let digest: String

    public init(name: String, digest: String) {
        self.name = name
        self.digest = digest
    }

    public var json: JSONValue { ["name": .string(name), "digest": .string(digest)] }
}
