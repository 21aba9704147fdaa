import Tensors

extension LoRAPair {
    struct Saved: Sendable {
        /// `x̃ · Aᵀ` [tokens, rank], x̃ the input after dropout.
        let projected: Activations
    }

    /// Adds the low-rank term to the frozen product: `Y += scale · (X̃ · Aᵀ) · Bᵀ`.
    ///
    /// X [tokens, inputs] · A [rank, inputs] · B [outputs, rank] · Y [tokens, outputs].
    func addLowRank(of x: Matrix, mask: DropoutMask?, into y: inout Matrix) -> Saved {
        let projected = Gemm.product(mask?.apply(x) ?? x, transposed: a)
        Gemm.product(projected, transposed: b, scale: scale, into: &y, accumulate: true)
        return Saved(projected: .floats(projected))
    }

    /// `dP = scale · dY · B`: the gradient of what A projected.
    func projectedGradient(_ dy: Matrix) -> Matrix { Gemm.product(dy, b, scale: scale) }

    /// `dX += dP · A` (through the mask).
    func addInputGradient(_ dProjected: Matrix, mask: DropoutMask?, to dx: inout Matrix) {
        if let mask {
            dx.add(mask.apply(Gemm.product(dProjected, a)))
        } else {
            Gemm.product(dProjected, a, into: &dx, accumulate: true)
        }
    }

    /// `dB += scale · dYᵀ · P`, `dA += dPᵀ · X̃`.
    func accumulate(
        _ dy: Matrix, _ dProjected: Matrix, x: Matrix, mask: DropoutMask?, saved: Saved,
        into gradient: inout LoRAGradients.Pair
    ) {
        Gemm.product(transposed: dy, saved.projected.matrix, scale: scale, into: &gradient.b, accumulate: true)
        Gemm.product(transposed: dProjected, mask?.apply(x) ?? x, into: &gradient.a, accumulate: true)
    }

    /// A [rank, inputs], rounded for products.
    var roundedA: BrainFloatMatrix { BrainFloatMatrix(rounding: a) }

    /// scale · B [outputs, rank], rounded for products.
    var roundedB: BrainFloatMatrix {
        guard scale != 1 else { return BrainFloatMatrix(rounding: b) }
        var scaled = b
        scaled.scale(by: scale)
        return BrainFloatMatrix(rounding: scaled)
    }
}
