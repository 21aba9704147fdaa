import Tensors

/// Queries, keys and values from the normed input, rotated by position, mixed causally, and projected back.
struct SelfAttention: Sendable {
    /// query, key and value
    let entry: LinearGroup
    let output: LinearGroup
    /// RMSNorm over each head, where the family has it.
    let queryNorm: RMSNorm?
    let keyNorm: RMSNorm?
    let rotates: Bool
    let kernel: AttentionKernel

    struct Projected: Sendable {
        let x: Activations
        let queries: Head
        let keys: Head
        let values: Activations
        let entry: LinearGroup.Saved
    }

    /// Queries or keys as attention sees them, and how they came to be.
    struct Head: Sendable {
        let rotated: Activations
        let norm: RMSNorm.Saved?
    }

    struct Saved: Sendable {
        let projected: Projected
        let mixed: Activations
        let logSums: Matrix
        let output: LinearGroup.Saved
    }

    /// Adds y [tokens, hidden] of x [tokens, hidden] to the residual stream.
    func forward(_ x: Activations, addingTo residual: inout Matrix, _ pass: ForwardPass) -> Saved {
        let projected = project(x, pass)
        let (keys, values) = (projected.keys.rotated, projected.values)
        let (mixed, logSums) = kernel.forward(
            queries: projected.queries.rotated, keys: pass.keyPlaces.map(keys.rows(at:)) ?? keys,
            values: pass.keyPlaces.map(values.rows(at:)) ?? values, spans: pass.spans)
        let saved = output.forward(mixed, addingTo: &residual, pass)
        return Saved(projected: projected, mixed: mixed, logSums: logSums, output: saved)
    }

    /// The same for the next tokens of some rows, whose earlier keys and values are in the cache.
    func forward(_ x: Activations, addingTo residual: inout Matrix, _ pass: ForwardPass, cache: inout LayerCache) {
        let projected = project(x, pass)
        cache.store(keys: projected.keys.rotated, values: projected.values, pass.spans)
        let mixed = kernel.forward(
            queries: projected.queries.rotated, keys: cache.keys, values: cache.values, spans: pass.spans
        ).out
        _ = output.forward(mixed, addingTo: &residual, pass)
    }

    private func project(_ x: Activations, _ pass: ForwardPass) -> Projected {
        let (outputs, saved) = entry.forward(x, pass)
        return Projected(
            x: x, queries: head(outputs[0], queryNorm, pass), keys: head(outputs[1], keyNorm, pass), values: outputs[2],
            entry: saved)
    }

    private func head(_ x: Activations, _ norm: RMSNorm?, _ pass: ForwardPass) -> Head {
        var (rotated, saved): (Activations, RMSNorm.Saved?) = (x, nil)
        if let norm { (rotated, saved) = norm.forwardHeads(x) }
        if rotates { rotate(&rotated, pass, .forward) }
        return Head(rotated: rotated, norm: saved)
    }

    private func rotate(_ x: inout Activations, _ pass: ForwardPass, _ direction: RotaryKernel.Direction) {
        RotaryKernel.rotate(
            &x, headSize: kernel.headSize, table: pass.table, positions: pass.positions, direction: direction)
    }

    /// The gradient of x, nil unless needed.
    func backward(
        _ dy: Matrix, saved: Saved, _ pass: ForwardPass, _ gradients: inout LoRAGradients, needsInput: Bool
    ) -> Matrix? {
        let projected = saved.projected
        let dOutput = [Activations(dy, saved.mixed.arithmetic)]
        let outward = output.backward(dOutput, saved.output, pass)
        outward.accumulate(saved.mixed, into: &gradients)
        output.accumulate(dOutput, saved.mixed, into: &gradients)
        let d = kernel.backward(
            outward.inputActivations(), queries: projected.queries.rotated, keys: projected.keys.rotated,
            values: projected.values, out: saved.mixed, logSums: saved.logSums, spans: pass.spans)
        let dEntry = [
            unrotated(d.queries, projected.queries, queryNorm, pass, &gradients),
            unrotated(d.keys, projected.keys, keyNorm, pass, &gradients), d.values,
        ]
        entry.accumulate(dEntry, projected.x, into: &gradients)
        let entering = entry.backward(dEntry, projected.entry, pass)
        entering.accumulate(projected.x, into: &gradients)
        return needsInput ? entering.input() : nil
    }

    /// A gradient of queries or keys, back through rotation and norm.
    private func unrotated(
        _ gradient: Activations, _ head: Head, _ norm: RMSNorm?, _ pass: ForwardPass, _ gradients: inout LoRAGradients
    ) -> Activations {
        var gradient = gradient
        if rotates { rotate(&gradient, pass, .backward) }
        guard let norm, let saved = head.norm else { return gradient }
        norm.accumulate(gradient.matrix, saved: saved, into: &gradients)
        return norm.backwardHeads(gradient, saved: saved)
    }
}
