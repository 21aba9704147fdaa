import Tensors

/// Linears that read the same input, each corrected by the adapter's pair where it has one.
///
/// The input is packed once for all of them, and their gradients are summed in one pass.
struct LinearGroup: Sendable {
    let linears: [FrozenLinear]

    /// For each linear, what its pair needs on the way back; nil where the adapter has none.
    struct Saved: Sendable { let lowRank: [LoRAPair.Saved?] }

    /// x [tokens, inputs] → y [tokens, outputs] of each linear
    func forward(_ x: Activations, _ pass: ForwardPass) -> (outputs: [Activations], saved: Saved) {
        let product = AdaptedLinears(linears, x, pass)
        return (product.outputs(), Saved(lowRank: product.saved))
    }

    /// Adds the only linear's output to the residual stream.
    func forward(_ x: Activations, addingTo residual: inout Matrix, _ pass: ForwardPass) -> Saved {
        precondition(linears.count == 1, "one linear writes to the residual stream")
        let product = AdaptedLinears(linears, x, pass)
        product.add(to: &residual)
        return Saved(lowRank: product.saved)
    }

    /// What `forward` would have saved, without the output.
    func saved(_ x: Activations, _ pass: ForwardPass) -> Saved { Saved(lowRank: AdaptedLinears(linears, x, pass).saved) }

    /// The way back, begun: the gradients of the outputs, and of what the pairs projected.
    func backward(_ dOutputs: [Activations], _ saved: Saved, _ pass: ForwardPass) -> AdaptedLinearsGradient {
        AdaptedLinearsGradient(linears, dOutputs, saved.lowRank, pass)
    }
}

extension LinearGroup {
    /// Adds `dW = dYᵀ · X` and `db = Σ dY` of every linear where the model itself is trained. x is the input of the forward pass.
    func accumulate(_ dOutputs: [Activations], _ x: Activations, into gradients: inout LoRAGradients) {
        for (linear, dy) in zip(linears, dOutputs) {
            gradients.add(to: linear.module.weightName) { $0.add(transposed: dy, times: x) }
            if linear.bias != nil { gradients.add(to: linear.module.biasName) { $0.addRows(of: dy.matrix) } }
        }
    }
}
