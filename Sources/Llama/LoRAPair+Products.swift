import Tensors

extension LoRAPair {
    struct Saved: Sendable {
        /// `x̃ · Aᵀ` [tokens, rank], x̃ the input after dropout.
        let projected: Matrix
    }

    /// Adds the low-rank term to the frozen product: `Y += scale · (X̃ · Aᵀ) · Bᵀ`.
    ///
    /// X [tokens, inputs] · A [rank, inputs] · B [outputs, rank] · Y [tokens, outputs].
    func addLowRank(of x: Matrix, mask: DropoutMask?, into y: inout Matrix) -> Saved {
        let projected = Gemm.product(mask?.apply(x) ?? x, transposed: a)
        Gemm.product(projected, transposed: b, scale: scale, into: &y, accumulate: true)
        return Saved(projected: projected)
    }

    /// `dB += scale · dYᵀ · P`, `dP = scale · dY · B`, `dA += dPᵀ · X̃`, `dX += dP · A` (through the mask).
    ///
    /// dX is left alone when nil.
    func backward(
        _ dy: Matrix, x: Matrix, mask: DropoutMask?, saved: Saved, gradient: inout LoRAGradients.Pair, dx: inout Matrix?
    ) {
        Gemm.product(transposed: dy, saved.projected, scale: scale, into: &gradient.b, accumulate: true)
        let dProjected = Gemm.product(dy, b, scale: scale)
        Gemm.product(transposed: dProjected, mask?.apply(x) ?? x, into: &gradient.a, accumulate: true)
        guard dx != nil else { return }
        if let mask {
            dx?.add(mask.apply(Gemm.product(dProjected, a)))
        } else {
            Gemm.product(dProjected, a, into: &dx!, accumulate: true)
        }
    }
}
