import Tensors

/// One linear of the base, `y = x · Wᵀ + b`, corrected by the adapter's pair where it has one.
///
/// W and b never change, so their gradients are never formed.
struct FrozenLinear: Sendable {
    let module: LinearModule
    let weight: LinearWeight
    /// [1, outputs]
    let bias: Matrix?

    /// Nil where the adapter has no pair.
    struct Saved: Sendable { let lowRank: LoRAPair.Saved? }

    /// x [tokens, inputs] → y [tokens, outputs]
    func forward(_ x: Matrix, _ pass: ForwardPass) -> (y: Matrix, saved: Saved) {
        var y = weight.product(x)
        if let bias { y.addToRows(bias) }
        guard let (_, pair) = pass.pair(for: module) else { return (y, Saved(lowRank: nil)) }
        let lowRank = pair.addLowRank(of: x, mask: pass.mask(for: module), into: &y)
        return (y, Saved(lowRank: lowRank))
    }

    /// Adds dA and dB to `gradients` and the gradient of the input to `dx`.
    func backward(
        _ dy: Matrix, x: Matrix, saved: Saved, _ pass: ForwardPass, _ gradients: inout LoRAGradients, dx: inout InputGradient
    ) {
        dx.add(weight, dy)
        guard let lowRank = saved.lowRank, let (index, pair) = pass.pair(for: module) else { return }
        pair.backward(
            dy, x: x, mask: pass.mask(for: module), saved: lowRank, gradient: &gradients.pairs[index], dx: &dx.matrix)
    }
}

/// The gradient of a linear's input, summed over the linears that share it; not computed where nobody below needs it.
struct InputGradient {
    let isNeeded: Bool
    var matrix: Matrix?

    init(isNeeded: Bool) { self.isNeeded = isNeeded }

    /// `dX += dY · W`
    mutating func add(_ weight: LinearWeight, _ dy: Matrix) {
        guard isNeeded else { return }
        if matrix == nil {
            matrix = weight.gradientProduct(dy)
        } else {
            weight.gradientProduct(dy, into: &matrix!, accumulate: true)
        }
    }
}
