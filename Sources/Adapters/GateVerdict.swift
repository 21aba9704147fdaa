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
    /// Of a refused candidate, the rows where it loses most; empty where no row tells.
    public var worst: [WorstRow] = []

    public init(answer: Answer, rules: [RuleOutcome], policy: PolicyStamp) {
        self.answer = answer
        self.rules = rules
        self.policy = policy
    }

    /// One sentence per rule.
    public var reasons: [String] { rules.map(\.reason) }

    /// `lora.gate/1`; the same verdict always gives the same bytes.
    public var json: JSONValue {
        var object = JSONObject([
            ("schema", "lora.gate/1"), ("verdict", .string(answer.rawValue)), ("rules", .array(rules.map(\.json))),
            ("reasons", .array(reasons.map(JSONValue.string))), ("policy", policy.json),
        ])
        if !worst.isEmpty { object["worst_rows"] = .array(worst.map(\.json)) }
        return .object(object)
    }
}

/// A row that a refused candidate answers worse than what it is compared with.
public struct WorstRow: Sendable, Hashable {
    /// What the row is of: `held-out rows`, `language=de`, `suite formats`, `probe p3`.
    public let of: String
    /// In its file, from 1.
    public let line: Int
    /// Nil where rows may not be quoted.
    public let expected: String?
    public let answered: String?
    /// In 0 … 1; the rival's is nil where there is none.
    public let score: Double
    public let rivalScore: Double?

    public init(of source: String, line: Int, expected: String?, answered: String?, score: Double, rivalScore: Double?) {
        (of, self.line, self.expected, self.answered) = (source, line, expected, answered)
        (self.score, self.rivalScore) = (score, rivalScore)
    }

    public var json: JSONValue {
        [
            "of": .string(of), "line": .integer(line), "expected": expected.map { .string($0) } ?? .null,
            "answered": answered.map { .string($0) } ?? .null, "score": .number(score),
            "rival_score": rivalScore.map { .number($0) } ?? .null,
        ]
    }
}
