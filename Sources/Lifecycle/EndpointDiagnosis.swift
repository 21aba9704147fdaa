import Training

/// What is wrong with an adapter behind a server, if anything.
public enum EndpointDiagnosis: String, Sendable, Hashable, CaseIterable {
    case right = "live_and_right"
    case base = "base_answers"
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
        switch usual.likeness {
        case .adapter: return usual.numerics == .right && (areCountsRight || usual.comparedTokens > 0)
        case .base: return areCountsRight
        case nil: return areCountsRight
        case .neither: return false
        }
    }

    var diagnosis: EndpointDiagnosis {
        guard !Self.isSettled(usual, probes) else { return verdict(of: usual) }
        if let tokens {
            if arrive(tokens) { return probes.asksByChat && text.map(arrive) != false ? .template : .tokenizer }
            if tokens.likeness == .base { return .base }
        } else if let text {
            if arrive(text) { return .template }
            if text.likeness == .base { return .base }
        }
        let areCountsWrong = usual.promptCounts(probes).different > 0
        let isOpen = usual.likeness == nil || tokens == nil && usual.likeness != .base
        return areCountsWrong && isOpen ? .prompt : verdict(of: usual)
    }

    /// Whether they are the adapter's answers where the usual ones are not.
    private func arrive(_ raw: ReplayedProbes) -> Bool {
        guard raw.likeness == .adapter, raw.numerics != .foreign else { return false }
        guard usual.likeness == .adapter else { return true }
        guard raw.numerics == .right else { return false }
        return usual.numerics != .right || usual.promptCounts(probes).different > 0
    }

    private func verdict(of replies: ReplayedProbes) -> EndpointDiagnosis {
        switch (replies.likeness, replies.numerics) {
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
