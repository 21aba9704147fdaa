import Faults

extension ModelError: Explained {
    public var explanation: Explanation {
        switch self {
        case .outsideVocabulary(let token, let row, let position, let size):
            Explanation(
                "Token \(token) at position \(position) of row \(row) is outside the model's vocabulary of \(size).",
                next: "Check that the tokenizer belongs to this base model.")
        case .foreignAdapter(let module):
            Explanation(
                "The adapter's pair for \(module) does not fit this model.",
                next: "Use the adapter with the base it was trained on.")
        case .emptyPrompt:
            Explanation("The prompt has no tokens.", next: "Give at least one token to continue from.", kind: .usage)
        }
    }
}
