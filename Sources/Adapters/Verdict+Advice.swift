import StrictJSON

/// What to do instead of fine-tuning.
public enum Alternative: Sendable, Hashable {
    /// The base is good enough.
    case keepPrompting
    case collectExamples(Int)
    /// The need ends before an adapter would pay.
    case useAPI

    public var action: String {
        switch self {
        case .keepPrompting: "keep_prompting"
        case .collectExamples: "collect_examples"
        case .useAPI: "use_api"
        }
    }

    public var words: String {
        switch self {
        case .keepPrompting: "Keep prompting: the base makes too few errors for fine-tuning to be worth its upkeep."
        case .collectExamples(let count): "Collect \(counted(count, "more example")) first."
        case .useAPI: "Use an API: the task ends before an adapter and its retraining pay."
        }
    }

    public var json: JSONValue {
        var members: [(String, JSONValue)] = [("action", .string(action)), ("words", .string(words))]
        if case .collectExamples(let count) = self { members.append(("count", .integer(count))) }
        return .object(JSONObject(members))
    }
}

/// A measurement that is missing.
public enum Need: Sendable, Hashable {
    case baseError
    /// The base error is older than the policy lets evidence be.
    case freshBaseError(measured: Timestamp)
    /// How many rows more would tell the base error from the threshold at the rate seen so far; nil when none would.
    case moreRows(Int?)
    case examples
    case horizon

    /// The fact that is missing, by the name of its rule.
    public var fact: String {
        switch self {
        case .baseError, .freshBaseError, .moreRows: "base_error"
        case .examples: "examples"
        case .horizon: "horizon"
        }
    }

    public var words: String {
        switch self {
        case .baseError: "Measure the base's error on held-out rows, or give it with --base-error."
        case .freshBaseError(let measured): "Measure the base's error again; it dates from \(measured.date)."
        case .moreRows(let count?): "Measure \(counted(count, "more held-out row"))."
        case .moreRows(nil):
            "More rows will hardly settle it, since the error lies on the threshold; decide on the point estimate instead."
        case .examples: "Count the effective training examples, or give them with --examples."
        case .horizon: "Say how long the adapter will be needed, such as --horizon 9mo."
        }
    }

    public var json: JSONValue {
        var members: [(String, JSONValue)] = [("fact", .string(fact)), ("words", .string(words))]
        if case .moreRows(let count) = self { members.append(("rows", count.map(JSONValue.integer) ?? .null)) }
        return .object(JSONObject(members))
    }
}

/// A circumstance shown beside the verdict, without a say in it.
public struct Signal: Sendable, Hashable {
    public let name: String
    public let input: RuleValue
    public let threshold: RuleValue
    /// Whether it speaks for fine-tuning.
    public let favours: Bool
    public let words: String

    public init(name: String, input: RuleValue, threshold: RuleValue, favours: Bool, words: String) {
        self.name = name
        self.input = input
        self.threshold = threshold
        self.favours = favours
        self.words = words
    }

    public var json: JSONValue {
        [
            "signal": .string(name), "input": input.json, "threshold": threshold.json, "favours": .bool(favours),
            "words": .string(words),
        ]
    }
}
