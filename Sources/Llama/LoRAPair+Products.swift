import Tensors

extension LoRAPair {
    /// What the way back needs: `P = X̃ · Aᵀ` [tokens, rank], X̃ the input after dropout, as some columns of a wider matrix.
    struct Saved: Sendable {
        let projected: Activations
        let columns: Range<Int>
    }

    /// A [rank, inputs], rounded where the arithmetic asks for it.
    func a(_ arithmetic: Arithmetic) -> Activations { Activations(a, arithmetic) }

    /// scale · B [outputs, rank], rounded where the arithmetic asks for it.
    func scaledB(_ arithmetic: Arithmetic) -> Activations {
        guard scale != 1 else { return Activations(b, arithmetic) }
        var scaled = b
        scaled.scale(by: scale)
        return Activations(scaled, arithmetic)
    }
}
