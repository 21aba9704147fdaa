import Tensors

/// `y = down(silu(gate(x)) · up(x))`
struct FeedForward: Sendable {
    /// gate and up
    let entry: LinearGroup
    let down: LinearGroup

    init(gate: FrozenLinear, up: FrozenLinear, down: FrozenLinear) {
        entry = LinearGroup(linears: [gate, up])
        self.down = LinearGroup(linears: [down])
    }

    /// silu(gate) · up is made again on the way back.
    struct Saved: Sendable {
        let x: Activations
        let gated: Activations
        let raised: Activations
        let entry: LinearGroup.Saved
        let down: LinearGroup.Saved
    }

    /// Adds y [tokens, hidden] of x [tokens, hidden] to the residual stream.
    func forward(_ x: Activations, addingTo residual: inout Matrix, _ pass: ForwardPass) -> Saved {
        let (outputs, entrySaved) = entry.forward(x, pass)
        let hidden = SwiGLUKernel.forward(gate: outputs[0], up: outputs[1])
        let downSaved = down.forward(hidden, addingTo: &residual, pass)
        return Saved(x: x, gated: outputs[0], raised: outputs[1], entry: entrySaved, down: downSaved)
    }

    /// What `forward` saved, made again without y, which nobody asks for a second time.
    func recomputed(_ x: Activations, _ pass: ForwardPass) -> Saved {
        let (outputs, entrySaved) = entry.forward(x, pass)
        let hidden = SwiGLUKernel.forward(gate: outputs[0], up: outputs[1])
        return Saved(
            x: x, gated: outputs[0], raised: outputs[1], entry: entrySaved, down: down.saved(hidden, pass))
    }

    /// The gradient of x.
    func backward(_ dy: Matrix, saved: Saved, _ pass: ForwardPass, _ gradients: inout LoRAGradients) -> Matrix {
        let dDown = [Activations(dy, saved.x.arithmetic)]
        let downward = down.backward(dDown, saved.down, pass)
        let d = SwiGLUKernel.backward(downward.inputActivations(), gate: saved.gated, up: saved.raised)
        downward.accumulate(d.hidden, into: &gradients)
        down.accumulate(dDown, d.hidden, into: &gradients)
        entry.accumulate([d.gate, d.up], saved.x, into: &gradients)
        let entering = entry.backward([d.gate, d.up], saved.entry, pass)
        entering.accumulate(saved.x, into: &gradients)
        return entering.input()
    }
}
