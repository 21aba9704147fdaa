import Tensors

/// `y = down(silu(gate(x)) · up(x))`
struct FeedForward: Sendable {
    let gate: FrozenLinear
    let up: FrozenLinear
    let down: FrozenLinear

    struct Saved: Sendable {
        let x: Matrix
        let gated: Matrix
        let raised: Matrix
        let hidden: Matrix
        let gate: FrozenLinear.Saved
        let up: FrozenLinear.Saved
        let down: FrozenLinear.Saved
    }

    /// x [tokens, hidden] → y [tokens, hidden]
    func forward(_ x: Matrix, _ pass: ForwardPass) -> (y: Matrix, saved: Saved) {
        let (gated, gateSaved) = gate.forward(x, pass)
        let (raised, upSaved) = up.forward(x, pass)
        let hidden = SwiGLUKernel.forward(gate: gated, up: raised)
        let (y, downSaved) = down.forward(hidden, pass)
        let saved = Saved(
            x: x, gated: gated, raised: raised, hidden: hidden, gate: gateSaved, up: upSaved, down: downSaved)
        return (y, saved)
    }

    /// The gradient of x, nil unless needed.
    func backward(
        _ dy: Matrix, saved: Saved, _ pass: ForwardPass, _ gradients: inout LoRAGradients, needsInput: Bool
    ) -> Matrix? {
        var dHidden = InputGradient(isNeeded: true)
        down.backward(dy, x: saved.hidden, saved: saved.down, pass, &gradients, dx: &dHidden)
        let d = SwiGLUKernel.backward(dHidden.matrix!, gate: saved.gated, up: saved.raised)
        var dx = InputGradient(isNeeded: needsInput)
        gate.backward(d.gate, x: saved.x, saved: saved.gate, pass, &gradients, dx: &dx)
        up.backward(d.up, x: saved.x, saved: saved.up, pass, &gradients, dx: &dx)
        return dx.matrix
    }
}
