import StrictJSON

/// What a rule said about some facts, and what would make it say otherwise.
public struct RuleOutcome: Sendable, Hashable {
    public enum Finding: String, Sendable, Hashable {
        case passed
        case failed
        /// The measurement is too coarse to tell.
        case unsettled
        /// The fact was not measured, or too long ago.
        case missing
    }

    /// The rule's name, as in policy files.
    public let rule: String
    public let input: RuleValue?
    public let threshold: RuleValue
    public let finding: Finding
    public let flip: Counterfactual
    /// The outcome with its numbers, as one sentence.
    public let reason: String

    public init(
        rule: String, input: RuleValue?, threshold: RuleValue, finding: Finding, flip: Counterfactual, reason: String
    ) {
        self.rule = rule
        self.input = input
        self.threshold = threshold
        self.finding = finding
        self.flip = flip
        self.reason = reason
    }

    /// True or false where the rule decided, nil where it could not.
    public var passed: Bool? {
        switch finding {
        case .passed: true
        case .failed: false
        case .unsettled, .missing: nil
        }
    }

    /// `{"rule","input","threshold","passed","flip","outcome","reason"}`, in this order.
    public var json: JSONValue {
        [
            "rule": .string(rule), "input": input?.json ?? .null, "threshold": threshold.json,
            "passed": passed.map(JSONValue.bool) ?? .null, "flip": flip.json,
            "outcome": .string(finding.rawValue), "reason": .string(reason),
        ]
    }
}

/// The nearest input for which a rule would say otherwise.
public struct Counterfactual: Sendable, Hashable {
    public enum Relation: String, Sendable, Hashable {
        case above
        case atLeast = "at_least"
        case atMost = "at_most"
        case below
    }

    public let relation: Relation
    public let value: RuleValue
    /// What would happen there, as a sentence.
    public let words: String

    public init(_ relation: Relation, _ value: RuleValue, _ words: String) {
        self.relation = relation
        self.value = value
        self.words = words
    }

    public var json: JSONValue {
        ["relation": .string(relation.rawValue), "value": value.json, "words": .string(words)]
    }
}
