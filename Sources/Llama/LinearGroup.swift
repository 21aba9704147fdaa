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
        switch x {
        case .floats(let x):
            let results = linears.map { FloatLinear($0, pass).forward(x) }
            return (results.map { .floats($0.y) }, Saved(lowRank: results.map(\.lowRank)))
        case .brains(let x):
            let product = BrainLinears(linears, x, pass)
            return (product.outputs().map(Activations.brains), Saved(lowRank: product.saved))
        }
    }

    /// Adds the only linear's output to the residual stream.
    func forward(_ x: Activations, addingTo residual: inout Matrix, _ pass: ForwardPass) -> Saved {
        precondition(linears.count == 1, "one linear writes to the residual stream")
        switch x {
        case .floats(let x):
            let (y, lowRank) = FloatLinear(linears[0], pass).forward(x)
            residual.add(y)
            return Saved(lowRank: [lowRank])
        case .brains(let x):
            let product = BrainLinears(linears, x, pass)
            product.add(to: &residual)
            return Saved(lowRank: product.saved)
        }
    }

    /// The way back, begun: the gradients of the outputs, and of what the pairs projected.
    func backward(_ dOutputs: [Activations], _ saved: Saved, _ pass: ForwardPass) -> any LinearGroupGradient {
        if case .brains = dOutputs[0] {
            let dOutputs = dOutputs.map { d -> BrainFloatMatrix in
                guard case .brains(let matrix) = d else { preconditionFailure("gradients are of one kind") }
                return matrix
            }
            return BrainLinearsGradient(linears, dOutputs, saved.lowRank, pass)
        }
        return FloatLinearsGradient(linears, dOutputs.map(\.matrix), saved.lowRank, pass)
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

/// The gradients of a group, each made when it is asked for.
protocol LinearGroupGradient {
    /// The gradient of the shared input in 32 bits, summed over the linears.
    func input() -> Matrix

    /// The same in the numbers that activations have.
    func inputActivations() -> Activations

    /// Adds dA and dB of every pair. x is the input of the forward pass.
    func accumulate(_ x: Activations, into gradients: inout LoRAGradients)
}
