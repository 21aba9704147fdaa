import StrictJSON

/// The measure by which a task counts its errors, with what it needs to be told.
public enum TaskMetric: Sendable, Hashable {
    /// How a label is read off a model.
    public enum LabelReading: String, Sendable, Hashable, CaseIterable {
        /// The label whose tokens are likeliest.
        case logLikelihood = "log_likelihood"
        /// The label that stands in what the model writes.
        case generation
    }

    case exactMatch
    case labelAccuracy(LabelReading)
    case macroF1(LabelReading)
    case tokenF1
    case rougeL
    case bleu
    case chrF
    case jsonValid
    /// Names of members, by dots within dots; none means all of the expected answer.
    case jsonFields([String])
    case regex(pattern: String)
    case numeric(NumericTolerance)
    case external(ExternalScorer.Command)

    /// The names under which metrics are declared and shown.
    public enum Name: String, Sendable, Hashable, CaseIterable {
        case labelAccuracy = "label_accuracy"
        case exactMatch = "exact_match"
        case macroF1 = "macro_f1"
        case tokenF1 = "token_f1"
        case rougeL = "rouge_l"
        case bleu
        case chrF = "chrf"
        case jsonValid = "json_valid"
        case jsonFields = "json_fields"
        case regex
        case numeric
        case external
    }

    public var name: Name {
        switch self {
        case .exactMatch: .exactMatch
        case .labelAccuracy: .labelAccuracy
        case .macroF1: .macroF1
        case .tokenF1: .tokenF1
        case .rougeL: .rougeL
        case .bleu: .bleu
        case .chrF: .chrF
        case .jsonValid: .jsonValid
        case .jsonFields: .jsonFields
        case .regex: .regex
        case .numeric: .numeric
        case .external: .external
        }
    }

    /// Whether answers are one of a set of labels.
    public var usesLabels: Bool { labelReading != nil }

    public var labelReading: LabelReading? {
        switch self {
        case .labelAccuracy(let reading), .macroF1(let reading): reading
        default: nil
        }
    }

    /// Whether the model writes its answers.
    public var isGenerated: Bool { labelReading != .logLikelihood }

    public var kind: ScoredAnswers.Kind {
        switch self {
        case .exactMatch, .labelAccuracy, .jsonValid, .regex, .numeric: .rightOrWrong
        case .tokenF1, .rougeL, .jsonFields, .external: .mean
        case .bleu: .bleu
        case .chrF: .chrF
        case .macroF1: .macroF1
        }
    }
}

extension TaskMetric {
    /// What it was told beside its name; empty for most.
    public var options: [(key: String, value: JSONValue)] {
        switch self {
        case .labelAccuracy(.logLikelihood), .macroF1(.logLikelihood), .exactMatch, .tokenF1, .rougeL, .bleu, .chrF, .jsonValid:
            []
        case .labelAccuracy(let reading), .macroF1(let reading): [("by", .string(reading.rawValue))]
        case .jsonFields(let fields): fields.isEmpty ? [] : [("fields", .array(fields.map { .string($0) }))]
        case .regex(let pattern): [("pattern", .string(pattern))]
        case .numeric(let tolerance):
            [("tolerance", .number(tolerance.absolute)), ("relative_tolerance", .number(tolerance.relative))]
        case .external(let command): [("command", .string(command.text)), ("timeout", .integer(command.seconds))]
        }
    }

    /// The name alone where nothing else was told, as evidence from before metrics had options names it.
    public var json: JSONValue {
        let name = JSONValue.string(name.rawValue)
        return options.isEmpty ? name : .object(JSONObject([("name", name)] + options.map { ($0.key, $0.value) }))
    }

    /// Nil unless it is what `json` writes.
    public init?(json: JSONValue) {
        guard let name = (json.stringValue ?? json["name"]?.stringValue).flatMap(Name.init) else { return nil }
        let reading = json["by"]?.stringValue.flatMap(LabelReading.init) ?? .logLikelihood
        switch name {
        case .labelAccuracy: self = .labelAccuracy(reading)
        case .macroF1: self = .macroF1(reading)
        case .exactMatch: self = .exactMatch
        case .tokenF1: self = .tokenF1
        case .rougeL: self = .rougeL
        case .bleu: self = .bleu
        case .chrF: self = .chrF
        case .jsonValid: self = .jsonValid
        case .jsonFields: self = .jsonFields(json["fields"]?.arrayValue?.compactMap(\.stringValue) ?? [])
        case .regex:
            guard let pattern = json["pattern"]?.stringValue else { return nil }
            self = .regex(pattern: pattern)
        case .numeric:
            let (absolute, relative) = (json["tolerance"]?.doubleValue ?? 0, json["relative_tolerance"]?.doubleValue ?? 0)
            guard absolute >= 0, relative >= 0 else { return nil }
            self = .numeric(NumericTolerance(absolute: absolute, relative: relative))
        case .external:
            guard let text = json["command"]?.stringValue else { return nil }
            self = .external(ExternalScorer.Command(text, seconds: json["timeout"]?.intValue ?? ExternalScorer.Command.patience))
        }
    }
}
