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
    private let linears: [FrozenLinear]
    private let dOutputs: [Matrix]
    private let saved: [LoRAPair.Saved?]
    private let pass: ForwardPass
    /// dP of each linear's pair.
    private let dProjected: [Matrix?]

    init(_ linears: [FrozenLinear], _ dOutputs: [Matrix], _ saved: [LoRAPair.Saved?], _ pass: ForwardPass) {
        self.linears = linears
        self.dOutputs = dOutputs
        self.saved = saved
        self.pass = pass
        dProjected = zip(linears, dOutputs).map { pass.pair(for: $0.module)?.pair.projectedGradient($1) }
    }

    func input() -> Matrix {
        var dx = linears[0].weight.gradientProduct(dOutputs[0])
        for (linear, dy) in zip(linears, dOutputs).dropFirst() { linear.weight.gradientProduct(dy, into: &dx, accumulate: true) }
        for (linear, dProjected) in zip(linears, dProjected) {
            guard let dProjected, let (_, pair) = pass.pair(for: linear.module) else { continue }
            pair.addInputGradient(dProjected, mask: pass.mask(for: linear.module), to: &dx)
        }
        return dx
    }

    func inputActivations() -> Activations { .floats(input()) }

    func accumulate(_ x: Activations, into gradients: inout LoRAGradients) {
        let x = x.matrix
        for (index, linear) in linears.enumerated() {
            guard let lowRank = saved[index], let dProjected = dProjected[index],
                let (place, pair) = pass.pair(for: linear.module)
            else { continue }
            pair.accumulate(
                dOutputs[index], dProjected, x: x, mask: pass.mask(for: linear.module), saved: lowRank,
                into: &gradients.pairs[place])
        }
    }
}
