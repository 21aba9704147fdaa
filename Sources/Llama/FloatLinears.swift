import Tensors

/// A linear and its pair in 32-bit floats.
struct FloatLinear {
    let linear: FrozenLinear
    let pass: ForwardPass

    init(_ linear: FrozenLinear, _ pass: ForwardPass) {
        self.linear = linear
        self.pass = pass
    }

    func forward(_ x: Matrix) -> (y: Matrix, lowRank: LoRAPair.Saved?) {
        var y = linear.weight.product(x)
        if let bias = linear.bias { y.addToRows(bias) }
        guard let (_, pair) = pass.pair(for: linear.module) else { return (y, nil) }
        let lowRank = pair.addLowRank(of: x, mask: pass.mask(for: linear.module), into: &y)
        return (y, lowRank)
    }
}

/// The way back through linears that share an input, in 32-bit floats.
struct FloatLinearsGradient: LinearGroupGradient {
    let linears: [FrozenLinear]
    let dOutputs: [Matrix]
    let saved: [LoRAPair.Saved?]
    let pass: ForwardPass

    func input() -> Matrix {
        var dx = linears[0].weight.gradientProduct(dOutputs[0])
        for (linear, dy) in zip(linears, dOutputs).dropFirst() { linear.weight.gradientProduct(dy, into: &dx, accumulate: true) }
        for (linear, dy) in zip(linears, dOutputs) {
            guard let (_, pair) = pass.pair(for: linear.module) else { continue }
            pair.addInputGradient(dy, mask: pass.mask(for: linear.module), to: &dx)
        }
        return dx
    }

    func inputActivations() -> Activations { .floats(input()) }

    func accumulate(_ x: Activations, into gradients: inout LoRAGradients) {
        let x = x.matrix
        for (index, linear) in linears.enumerated() {
            guard let lowRank = saved[index], let (place, pair) = pass.pair(for: linear.module) else { continue }
            pair.accumulate(
                dOutputs[index], x: x, mask: pass.mask(for: linear.module), saved: lowRank, into: &gradients.pairs[place])
        }
    }
}
