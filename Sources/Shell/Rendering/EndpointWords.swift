import HTTP
import Lifecycle

/// What a server was found to answer with, in words.
enum EndpointWords {
    static func table(_ found: EndpointVerification) -> Table {
        let rows = found.lines.enumerated().map { number, line in
            [
                line.line.map { "line \($0)" } ?? "built in \(number + 1)", line.likeness?.rawValue ?? "open",
                "\(line.matchedTokens)/\(line.tokens)", prompt(line), nats(line.meanDeviation), nats(line.largestDeviation),
            ]
        }
        return Table(
            ["PROBE", "ANSWERS LIKE", "TOKENS", "PROMPT TOKENS", "MEAN DEVIATION", "LARGEST"], rows, alignsRight: [2, 3, 4, 5])
    }

    private static func prompt(_ line: EndpointVerification.Line) -> String {
        guard let told = line.promptTokens else { return "–" }
        return told == line.expectedPromptTokens ? "\(told)" : "\(told), not \(line.expectedPromptTokens)"
    }

    private static func nats(_ deviation: Double?) -> String { deviation.map { Decimals.text($0, 4) } ?? "–" }

    static func lines(_ found: EndpointVerification) -> [String] {
        [verdict(found)] + (figures(found) + remarks(found)).map { "  \($0)" } + (remedy(found).map { [" next: \($0)"] } ?? [])
    }

    private static func verdict(_ found: EndpointVerification) -> String {
        let (version, served) = ("\(found.version)", "'\(found.model)' at \(found.server.server)")
        return switch found.diagnosis {
        case .right: "Live and right: \(served) answers as \(version)."
        case .base: "The base answers: \(served) does not apply \(version)."
        case .mixed: "Mixed: \(served) answers now as \(version), now as its base."
        case .anotherAdapter:
            found.nearest.map { "Another adapter answers: \(served) is \($0), not \(version)." }
                ?? "Another adapter answers: \(served) is neither \(version) nor its base."
        case .template: "The chat template differs: \(served) is \(version), but reads other prompts."
        case .tokenizer: "The tokenizer differs: \(served) is \(version), but reads other tokens."
        case .prompt: "Template, tokenizer or model differ: \(served) reads other prompts than \(version)."
        case .numericallyOff: "Numerically off: \(served) answers as \(version), but not with its numbers."
        case .undecided: "It cannot be told whether \(served) is \(version)."
        }
    }

    private static func figures(_ found: EndpointVerification) -> [String] {
        [("by its usual form", found.usual), ("by token ids", found.tokens), ("by rendered prompts", found.text)].compactMap {
            form, summary in
            summary.map { figures($0, form, found) }
        }
    }

    private static func figures(
        _ summary: EndpointVerification.Summary, _ form: String, _ found: EndpointVerification
    ) -> String {
        let texts = "\(form): \(summary.wholeTexts) of \(found.lines.count) texts are the same"
        guard let mean = summary.meanDeviation, let largest = summary.largestDeviation else { return texts + "." }
        return "\(texts); \(summary.comparedTokens) log-probabilities lie \(Decimals.text(mean, 4)) apart, "
            + "\(Decimals.text(largest, 4)) at most"
    }

    private static func remarks(_ found: EndpointVerification) -> [String] {
        var remarks: [String] = []
        if found.usual.meanDeviation != nil {
            remarks.append("\(Decimals.text(found.tolerance, 4)) nats on average are allowed.")
        } else if found.usual.wholeTexts > 0 {
            remarks.append("The server shows no log-probabilities; only texts were compared.")
        }
        if found.promptCounts.different > 0 {
            remarks.append(
                "\(found.promptCounts.different) of \(found.promptCounts.told) replies count other prompt tokens than recorded.")
        }
        if found.diagnosis == .mixed { remarks.append(mixture(found)) }
        if found.diagnosis == .undecided {
            let effect = found.effect.map { "; it changes no log-probability by more than \(Decimals.text($0, 4))" } ?? ""
            remarks.append("No probe's answer tells it from its base\(effect).")
        }
        if found.diagnosis == .anotherAdapter, found.tokens == nil {
            remarks.append("The server takes no token ids, so that another template is not ruled out.")
        }
        if found.diagnosis == .numericallyOff, found.storage == .nf4 {
            remarks.append("The probes were made on the base in nf4; one in more bits answers a little otherwise.")
        }
        if !found.wasKept {
            remarks.append("\(found.version) carries no probes; they were made now, by the rows that are declared now.")
        }
        return remarks
    }

    private static func mixture(_ found: EndpointVerification) -> String {
        // what is mixed by token ids need not be so in the usual form
        let summaries = [found.usual, found.tokens, found.text].compactMap { $0 }
        let mixed = summaries.first { $0.adapterReplies > 0 && $0.baseReplies > 0 } ?? found.usual
        return
            "\(mixed.adapterReplies) of \(found.lines.count) replies are the adapter's, \(mixed.baseReplies) are the base's: one of several "
            + "replicas may serve without the adapter."
    }

    private static func remedy(_ found: EndpointVerification) -> String? {
        switch found.diagnosis {
        case .right: nil
        case .base: "Load the adapter there, and ask for the name it got; a server that does not know a name may serve its base."
        case .mixed: "Load the adapter on every replica behind that address, then run the command again."
        case .anotherAdapter: "Load `lora export \(found.version) DIR` there, and ask for the name it got."
        case .template: "Give the server the template of the version's folder, and of a dated one the same day."
        case .tokenizer: "Give the server the tokenizer files of the version's folder."
        case .prompt:
            "Give the server tokenizer files and template of the version's folder; if it has them, check that it serves the version's base."
        case .numericallyOff: "Serve base and adapter in the precision they were measured in, or allow for it by --tolerance."
        case .undecided: "Compare it with its base: `lora evaluate \(found.version)`."
        }
    }
}
