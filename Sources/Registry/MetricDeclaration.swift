import Metrics
import StrictYAML

/// The form of a declaration's `metric`: a name, or a section with a name and what the metric needs to be told.
///
/// ```yaml
/// metric: rouge_l
/// metric: {name: label_accuracy, by: generation}         # as macro_f1; by log_likelihood unless said otherwise
/// metric: {name: json_fields, fields: [city, total.sum]} # all members of the expected answer unless fields are named
/// metric: {name: regex, pattern: 'answer is ([A-D])'}    # what it captures must be what it captures in the expected answer
/// metric: {name: numeric, tolerance: 0.5, relative_tolerance: 0.01}
/// metric: {name: external, command: python3 score.py, timeout: 600}
/// ```
enum MetricDeclaration {
    static func read(_ node: YAMLNode) throws -> TaskMetric {
        guard case .mapping = node.content else {
            return try metric(node.choice(among: TaskMetric.Name.self), nil, node.place)
        }
        return try node.section { reader in
            try metric(reader.required("name", among: TaskMetric.Name.self), reader, node.place)
        }
    }

    private static func metric(_ name: TaskMetric.Name, _ options: YAMLReader?, _ place: YAMLPlace) throws -> TaskMetric {
        switch name {
        case .exactMatch: return .exactMatch
        case .tokenF1: return .tokenF1
        case .rougeL: return .rougeL
        case .bleu: return .bleu
        case .chrF: return .chrF
        case .jsonValid: return .jsonValid
        case .labelAccuracy: return .labelAccuracy(try reading(options))
        case .macroF1: return .macroF1(try reading(options))
        case .jsonFields: return .jsonFields(try options?.list("fields").map { try $0.value(as: String.self) } ?? [])
        case .regex: return try regex(text("pattern", options, name, place), place)
        case .numeric:
            return .numeric(
                NumericTolerance(
                    absolute: try distance("tolerance", options), relative: try distance("relative_tolerance", options)))
        case .external:
            let command = try text("command", options, name, place)
            let seconds = try options?.optional("timeout", as: Int.self) ?? ExternalScorer.Command.patience
            guard (1...86_400).contains(seconds) else {
                throw DeclarationError.badValue(
                    place: "\(options?.place(of: "timeout") ?? place)", what: "A timeout of \(seconds) seconds cannot be meant.",
                    next: "Give seconds from 1 to 86400.")
            }
            return .external(ExternalScorer.Command(command, seconds: seconds))
        }
    }

    private static func reading(_ options: YAMLReader?) throws -> TaskMetric.LabelReading {
        try options?.optional("by", among: TaskMetric.LabelReading.self) ?? .logLikelihood
    }

    private static func regex(_ pattern: String, _ place: YAMLPlace) throws -> TaskMetric {
        do throws(MetricError) {
            return try AnswerScoring(.regex(pattern: pattern)).metric
        } catch {
            throw DeclarationError.badValue(
                place: "\(place)", what: error.explanation.what, next: error.explanation.next)
        }
    }

    /// What a metric cannot do without.
    private static func text(
        _ key: String, _ options: YAMLReader?, _ name: TaskMetric.Name, _ place: YAMLPlace
    ) throws -> String {
        guard let text = try options?.optional(key, as: String.self), text.contains(where: { !$0.isWhitespace }) else {
            throw DeclarationError.badValue(
                place: "\(place)", what: "The metric \(name.rawValue) needs a \(key).",
                next: "Write 'metric: {name: \(name.rawValue), \(key): …}'.")
        }
        return text
    }

    private static func distance(_ key: String, _ options: YAMLReader?) throws -> Double {
        guard let options, let distance = try options.optional(key, as: Double.self) else { return 0 }
        guard distance >= 0, distance.isFinite else {
            throw DeclarationError.badValue(
                place: "\(options.place(of: key))", what: "A tolerance cannot be \(distance).", next: "Give a number from 0 on.")
        }
        return distance
    }
}
