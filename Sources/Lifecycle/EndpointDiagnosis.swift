import Training

/// What is wrong with an adapter behind a server, if anything.
public enum EndpointDiagnosis: String, Sendable, Hashable, CaseIterable {
    case right = "live_and_right"
    case base = "base_answers"
    /// The adapter's answers and the base's, as of several replicas of which some serve without the adapter.
    case mixed = "mixed_replies"
    case anotherAdapter = "another_adapter"
    case template = "template_mismatch"
    case tokenizer = "tokenizer_mismatch"
    /// Prompts reach the model otherwise than recorded, and the server does not let it be seen why.
    case prompt = "prompt_mismatch"
    case numericallyOff = "numerically_off"
    case undecided = "cannot_tell"
}

/// The probes as a server answers them in each form: pure.
struct DiagnosedReplies {
    /// As the server is used: by messages, or by the text of rows that have no messages.
    let usual: ReplayedProbes
    /// Token ids past template and tokenizer, and the rendered prompt past the template; nil where the server takes none, or where nobody
    /// asked.
    let tokens: ReplayedProbes?
    let text: ReplayedProbes?
    let probes: [GoldenProbe]

    /// Whether the usual replies alone say what there is to say.
    static func isSettled(_ usual: ReplayedProbes, _ probes: [GoldenProbe]) -> Bool {
        let areCountsRight = usual.promptCounts(probes).different == 0
        guard !usual.isMixed else { return areCountsRight }
        switch usual.likeness {
        case .adapter: return usual.numerics == .right && (areCountsRight || usual.comparedTokens > 0)
        case .base: return areCountsRight
        case nil: return areCountsRight
        case .neither: return false
        }
    }

    var diagnosis: EndpointDiagnosis {
        guard !Self.isSettled(usual, probes) else { return verdict(of: usual) }
        if let tokens, arrive(tokens) { return probes.asksByChat && text.map(arrive) != false ? .template : .tokenizer }
        if tokens == nil, let text, arrive(text) { return .template }
        if let raw = tokens ?? text {
            if raw.isMixed { return .mixed }
            if raw.likeness == .base { return .base }
        }
        return verdictByCounts
    }

    /// Answers to other prompts than were asked tell of no adapter, unless token ids show what is answered to the right ones.
    private var verdictByCounts: EndpointDiagnosis {
        guard usual.promptCounts(probes).different > 0, usual.likeness != .base else { return verdict(of: usual) }
        guard let tokens, tokens.likeness != nil else { return .prompt }
        let counts = tokens.promptCounts(probes)
        return counts.told > 0 && counts.different == 0 ? verdict(of: tokens) : .prompt
    }

    /// Whether they are the adapter's answers where the usual ones are not.
    private func arrive(_ raw: ReplayedProbes) -> Bool {
        guard raw.likeness == .adapter, raw.numerics != .foreign else { return false }
        guard usual.likeness == .adapter else { return true }
        guard raw.numerics == .right else { return false }
        let counts = usual.promptCounts(probes)
        guard counts.different == 0 else { return true }
        // the right text says nothing of numbers: those that are off are outweighed by others that were seen to be right
        let isSeen = raw.meanDeviation != nil || usual.meanDeviation == nil && counts.told == 0
        return usual.numerics != .right && isSeen
    }

    private func verdict(of replies: ReplayedProbes) -> EndpointDiagnosis {
        guard !replies.isMixed else { return .mixed }
        return switch (replies.likeness, replies.numerics) {
        case (nil, _): .undecided
        case (.base, _): .base
        case (.neither, _), (.adapter, .foreign): .anotherAdapter
        case (.adapter, .right): .right
        case (.adapter, .off): .numericallyOff
        }
    }
}

extension [GoldenProbe] {
    /// Whether they are asked by messages.
    var asksByChat: Bool {
        contains { if case .messages = $0.prompt.question { true } else { false } }
    }
}
