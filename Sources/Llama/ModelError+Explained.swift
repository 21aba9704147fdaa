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
        case .quantizedBase(let folder, let tensor):
            Explanation(
                "The base is stored in 4 bits; its weights cannot be trained themselves.", at: "\(folder):\(tensor)",
                next: "Train the base's original folder, in 16 or 32 bits, or an adapter with --method qlora.", kind: .usage)
        case .cannotStream(let folder):
            Explanation(
                "The base would have to be read layer by layer, but no file holds its linears as they are computed with.",
                at: folder,
                next: """
                    Give a larger --memory-budget; or for qlora set LORA_CACHE to a folder with room for 0.6 bytes a weight, and for \
                    lora take a base that is stored in brain floats.
                    """)
        case .overflows(let tensor, let type):
            Explanation(
                "A trained weight is too large for \(type.rawValue).", at: tensor,
                next: "Store the model in brain floats or 32-bit floats.")
        }
    }
}
