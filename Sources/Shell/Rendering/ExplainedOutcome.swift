/// The last command in words: its status, the lines that decided, and the next step.
struct ExplainedOutcome {
    /// More would say no more than the command itself.
    private static let shown = 20

    private let outcome: LastCommand.Outcome

    init(_ outcome: LastCommand.Outcome) { self.outcome = outcome }

    var lines: [String] {
        let command = outcome.words.map(WordSplitter.quoted).joined(separator: " ")
        let deciding = deciding
        let because = deciding.isEmpty ? [] : ["What decided:"] + deciding.map { "  \($0)" }
        return ["`\(command)` ended with exit \(outcome.status.rawValue): \(outcome.status.meaning)."] + because + [
            "next: \(next)"
        ]
    }

    /// The error, or else the rules that were not met, what is due and what is advised instead; each with what is set in beneath it.
    private var deciding: [String] {
        guard outcome.status != .passed else { return [] }
        let errors = chosen { $0.lowercased().hasPrefix("error:") }
        let found =
            errors.isEmpty
            ? chosen { line in
                line.hasPrefix("✗") || line.hasPrefix("fails ") || line.hasPrefix("instead:") || line.hasPrefix("mend:")
                    || line.contains(" due: ")
            } : errors
        return found.count > Self.shown ? found.prefix(Self.shown) + ["…"] : found
    }

    private func chosen(_ isChosen: (Substring) -> Bool) -> [String] {
        var chosen: [String] = []
        var depth: Int?
        for line in outcome.lines {
            let words = line.drop { $0 == " " }
            let indent = line.count - words.count
            if isChosen(words) {
                depth = indent
            } else if let above = depth, indent <= above {
                depth = nil
            }
            if depth != nil, !words.hasPrefix("next:") { chosen.append(line) }
        }
        return chosen
    }

    private var next: String { said ?? general }

    /// What the error itself said.
    private var said: String? {
        outcome.lines.last { $0.hasPrefix(" next: ") }.map { String($0.dropFirst(" next: ".count)) }
    }

    private var general: String {
        switch outcome.status {
        case .passed: "nothing needs to be done."
        case .runtimeError: "`doctor` checks the machine and the registry."
        case .usage: "`help \(outcome.words.first ?? "")` shows how it is used."
        case .actionDue: "do what is named as due; `retrain-check --run` begins the trainings among it."
        case .adviceIsNo:
            "do what stands after 'instead:', or see with `should-finetune --sensitivity` what would change the advice."
        case .notEnoughEvidence: "bring the evidence that is named as missing, and ask again."
        case .verificationFailed: "mend what failed, and run it again."
        case .integrityFailure: "`verify` names each damaged file; `restore` lays a backup out anew."
        case .busy: "somebody else is at work; wait, and run it again. `jobs` shows what runs in the background."
        case .interrupted where outcome.words.first == "attach":
            "the job's own command goes on where it stopped; `jobs` shows it."
        case .interrupted: "the same command goes on where it stopped."
        }
    }
}
