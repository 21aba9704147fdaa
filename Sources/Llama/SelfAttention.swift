import Tensors

/// Queries, keys and values from the normed input, rotated by position, mixed causally, and projected back.
struct SelfAttention: Sendable {
    let query: FrozenLinear
    let key: FrozenLinear
    let value: FrozenLinear
    let output: FrozenLinear
    /// RMSNorm over each head, where the family has it.
    let queryNorm: RMSNorm?
    let keyNorm: RMSNorm?
    let rotates: Bool
    let kernel: AttentionKernel

    struct Projected: Sendable {
        let x: Matrix
        let queries: Head
        let keys: Head
        let values: Matrix
        let value: FrozenLinear.Saved
    }

    /// Queries or keys as attention sees them, and how they came to be.
    struct Head: Sendable {
        let rotated: Matrix
        let linear: FrozenLinear.Saved
        let norm: RMSNorm.Saved?
    }

    struct Saved: Sendable {
        let projected: Projected
        let mixed: Matrix
        let logSums: Matrix
        let output: FrozenLinear.Saved
    }

    /// x [tokens, hidden] → y [tokens, hidden]
    func forward(_ x: Matrix, _ pass: ForwardPass) -> (y: Matrix, saved: Saved) {
        let projected = project(x, pass)
        let (mixed, logSums) = kernel.forward(
            queries: projected.queries.rotated, keys: projected.keys.rotated, values: projected.values, spans: pass.spans)
        let (y, saved) = output.forward(mixed, pass)
        return (y, Saved(projected: projected, mixed: mixed, logSums: logSums, output: saved))
    }

    /// The same for the next tokens of one row, whose earlier keys and values are in the cache.
    func forward(_ x: Matrix, _ pass: ForwardPass, cache: inout LayerCache) -> Matrix {
        let projected = project(x, pass)
        cache.append(keys: projected.keys.rotated, values: projected.values)
        let span = AttentionSpan(queries: 0..<x.rows, keys: 0..<cache.count)
        let mixed = kernel.forward(
            queries: projected.queries.rotated, keys: cache.keys, values: cache.values, spans: [span]
        ).out
        return output.forward(mixed, pass).y
    }

    private func project(_ x: Matrix, _ pass: ForwardPass) -> Projected {
        let (values, value) = value.forward(x, pass)
        return Projected(
            x: x, queries: head(query, queryNorm, x, pass), keys: head(key, keyNorm, x, pass), values: values, value: value)
    }

    private func head(_ linear: FrozenLinear, _ norm: RMSNorm?, _ x: Matrix, _ pass: ForwardPass) -> Head {
        var (rotated, saved) = linear.forward(x, pass)
        var normSaved: RMSNorm.Saved?
        if let norm { (rotated, normSaved) = norm.forward(rotated) }
        if rotates { rotate(&rotated, pass, .forward) }
        return Head(rotated: rotated, linear: saved, norm: normSaved)
    }

    private func rotate(_ x: inout Matrix, _ pass: ForwardPass, _ direction: RotaryKernel.Direction) {
        RotaryKernel.rotate(
            &x, headSize: kernel.headSize, table: pass.table, positions: pass.positions, direction: direction)
    }

    /// The gradient of x, nil unless needed.
    func backward(
        _ dy: Matrix, saved: Saved, _ pass: ForwardPass, _ gradients: inout LoRAGradients, needsInput: Bool
    ) -> Matrix? {
        let projected = saved.projected
        var dMixed = InputGradient(isNeeded: true)
        output.backward(dy, x: saved.mixed, saved: saved.output, pass, &gradients, dx: &dMixed)
        let d = kernel.backward(
            dMixed.matrix!, queries: projected.queries.rotated, keys: projected.keys.rotated, values: projected.values,
            out: saved.mixed, logSums: saved.logSums, spans: pass.spans)
        var dx = InputGradient(isNeeded: needsInput)
        let dQueries = unrotated(d.queries, projected.queries, queryNorm, pass)
        let dKeys = unrotated(d.keys, projected.keys, keyNorm, pass)
        query.backward(dQueries, x: projected.x, saved: projected.queries.linear, pass, &gradients, dx: &dx)
        key.backward(dKeys, x: projected.x, saved: projected.keys.linear, pass, &gradients, dx: &dx)
        value.backward(d.values, x: projected.x, saved: projected.value, pass, &gradients, dx: &dx)
        return dx.matrix
    }

    /// A gradient of queries or keys, back through rotation and norm.
    private func unrotated(_ gradient: Matrix, _ head: Head, _ norm: RMSNorm?, _ pass: ForwardPass) -> Matrix {
        var gradient = gradient
        if rotates { rotate(&gradient, pass, .backward) }
        guard let norm, let saved = head.norm else { return gradient }
        return norm.backward(gradient, saved: saved)
    }
}
