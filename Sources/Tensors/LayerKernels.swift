import CKernels

/// `y = w · x · s` row by row, `s = 1/√(mean(x²) + ε)`. x, y [rows, n] · w [n].
public enum RMSNormKernel {
    /// Returns y and s [rows, 1]. With `headSize`, each row is taken as several rows of that length.
    public static func forward(_ x: Matrix, weight: Matrix, epsilon: Float) -> (y: Matrix, inverse: Matrix) {
        let n = weight.count
        precondition(n > 0 && x.count.isMultiple(of: n), "rows are as long as the weight")
        var y = Matrix(undefinedRows: x.rows, columns: x.columns)
        var inverse = Matrix(undefinedRows: x.count / n, columns: 1)
        let (out, s) = (y.mutablePointer(), inverse.mutablePointer())
        Parallel.ranges(x.count / n, grain: Parallel.elementGrain / n) { rows in
            let start = rows.lowerBound * n
            lora_rmsnorm_forward(
                KernelPath.current.code, x.pointer + start, weight.pointer, epsilon, rows.count, n, out + start,
                s + rows.lowerBound)
        }
        return (y, inverse)
    }

    /// Adds `s·w·dy − x·s³·Σ(w·dy·x)/n` to dx.
    public static func backward(_ dy: Matrix, x: Matrix, weight: Matrix, inverse: Matrix, addingTo dx: inout Matrix) {
        let n = weight.count
        precondition(dy.count == x.count && dx.count == x.count && inverse.count * n == x.count, "shapes agree")
        let out = dx.mutablePointer()
        Parallel.ranges(inverse.count, grain: Parallel.elementGrain / n) { rows in
            let start = rows.lowerBound * n
            lora_rmsnorm_backward(
                KernelPath.current.code, dy.pointer + start, x.pointer + start, weight.pointer,
                inverse.pointer + rows.lowerBound, rows.count, n, out + start)
        }
    }
}

/// The same on brain floats: the residual stream stays in 32 bits, what the norm gives is rounded.
extension RMSNormKernel {
    public static func brains(_ x: Matrix, weight: Matrix, epsilon: Float) -> (y: BrainFloatMatrix, inverse: Matrix) {
        let n = weight.count
        precondition(n > 0 && x.count.isMultiple(of: n), "rows are as long as the weight")
        var y = BrainFloatMatrix(undefinedRows: x.rows, columns: x.columns)
        var inverse = Matrix(undefinedRows: x.count / n, columns: 1)
        let (out, s) = (y.mutablePointer(), inverse.mutablePointer())
        Parallel.ranges(x.count / n, grain: Parallel.elementGrain / n) { rows in
            let start = rows.lowerBound * n
            lora_brain_rmsnorm_forward(
                KernelPath.current.code, x.pointer + start, weight.pointer, epsilon, rows.count, n, out + start,
                s + rows.lowerBound)
        }
        return (y, inverse)
    }

    /// Adds the gradient of x, which was kept rounded, to dx.
    public static func backward(
        _ dy: Matrix, x: BrainFloatMatrix, weight: Matrix, inverse: Matrix, addingTo dx: inout Matrix
    ) {
        let n = weight.count
        precondition(dy.count == x.count && dx.count == x.count && inverse.count * n == x.count, "shapes agree")
        let out = dx.mutablePointer()
        Parallel.ranges(inverse.count, grain: Parallel.elementGrain / n) { rows in
            let start = rows.lowerBound * n
            lora_brain_rmsnorm_backward_of_brains(
                KernelPath.current.code, dy.pointer + start, x.pointer + start, weight.pointer,
                inverse.pointer + rows.lowerBound, rows.count, n, out + start)
        }
    }

    /// The norm of every head of brain floats.
    public static func heads(
        _ x: BrainFloatMatrix, weight: Matrix, epsilon: Float
    ) -> (y: BrainFloatMatrix, inverse: Matrix) {
        let n = weight.count
        precondition(n > 0 && x.columns.isMultiple(of: n), "heads are as long as the weight")
        var y = BrainFloatMatrix(undefinedRows: x.rows, columns: x.columns)
        var inverse = Matrix(undefinedRows: x.count / n, columns: 1)
        let (out, s) = (y.mutablePointer(), inverse.mutablePointer())
        Parallel.ranges(x.count / n, grain: Parallel.elementGrain / n) { rows in
            let start = rows.lowerBound * n
            lora_brain_heads_rmsnorm_forward(
                KernelPath.current.code, x.pointer + start, weight.pointer, epsilon, rows.count, n, out + start,
                s + rows.lowerBound)
        }
        return (y, inverse)
    }

    public static func headsBackward(
        _ dy: BrainFloatMatrix, x: BrainFloatMatrix, weight: Matrix, inverse: Matrix
    ) -> BrainFloatMatrix {
        let n = weight.count
        precondition(dy.count == x.count && inverse.count * n == x.count, "shapes agree")
        var dx = BrainFloatMatrix(undefinedRows: x.rows, columns: x.columns)
        let out = dx.mutablePointer()
        Parallel.ranges(inverse.count, grain: Parallel.elementGrain / n) { rows in
            let start = rows.lowerBound * n
            lora_brain_heads_rmsnorm_backward(
                KernelPath.current.code, dy.pointer + start, x.pointer + start, weight.pointer,
                inverse.pointer + rows.lowerBound, rows.count, n, out + start)
        }
        return dx
    }
}

/// `h = silu(g) · u`, element by element.
public enum SwiGLUKernel {
    public static func forward(gate: Activations, up: Activations) -> Activations {
        precondition(gate.rows == up.rows && gate.columns == up.columns, "gate and up have one shape")
        switch (gate, up) {
        case (.floats(let gate), .floats(let up)): return .floats(forward(gate, up))
        case (.brains(let gate), .brains(let up)):
            var hidden = BrainFloatMatrix(undefinedRows: gate.rows, columns: gate.columns)
            let out = hidden.mutablePointer()
            Parallel.ranges(gate.count, grain: Parallel.elementGrain) { range in
                let i = range.lowerBound
                lora_brain_swiglu_forward(KernelPath.current.code, gate.pointer + i, up.pointer + i, range.count, out + i)
            }
            return .brains(hidden)
        default: preconditionFailure("gate and up are of one kind")
        }
    }

    private static func forward(_ gate: Matrix, _ up: Matrix) -> Matrix {
        var hidden = Matrix(undefinedRows: gate.rows, columns: gate.columns)
        let out = hidden.mutablePointer()
        Parallel.ranges(gate.count, grain: Parallel.elementGrain) { range in
            let i = range.lowerBound
            lora_swiglu_forward(KernelPath.current.code, gate.pointer + i, up.pointer + i, range.count, out + i)
        }
        return hidden
    }

    /// dg and du from dh, and h once more, which is not kept between the passes.
    public static func backward(
        _ dHidden: Activations, gate: Activations, up: Activations
    ) -> (gate: Activations, up: Activations, hidden: Activations) {
        precondition(dHidden.rows == gate.rows && gate.columns == up.columns, "gate, up and gradient have one shape")
        switch (dHidden, gate, up) {
        case (.floats(let dHidden), .floats(let gate), .floats(let up)):
            let d = backward(dHidden, gate, up)
            return (.floats(d.gate), .floats(d.up), .floats(forward(gate, up)))
        case (.brains(let dHidden), .brains(let gate), .brains(let up)):
            let d = backward(dHidden, gate, up)
            return (.brains(d.gate), .brains(d.up), .brains(d.hidden))
        default: preconditionFailure("gate, up and gradient are of one kind")
        }
    }

    private static func backward(_ dHidden: Matrix, _ gate: Matrix, _ up: Matrix) -> (gate: Matrix, up: Matrix) {
        var dGate = Matrix(undefinedRows: gate.rows, columns: gate.columns)
        var dUp = Matrix(undefinedRows: gate.rows, columns: gate.columns)
        let (outGate, outUp) = (dGate.mutablePointer(), dUp.mutablePointer())
        Parallel.ranges(gate.count, grain: Parallel.elementGrain) { range in
            let i = range.lowerBound
            lora_swiglu_backward(
                KernelPath.current.code, dHidden.pointer + i, gate.pointer + i, up.pointer + i, range.count, outGate + i,
                outUp + i)
        }
        return (dGate, dUp)
    }

    private static func backward(
        _ dHidden: BrainFloatMatrix, _ gate: BrainFloatMatrix, _ up: BrainFloatMatrix
    ) -> (gate: BrainFloatMatrix, up: BrainFloatMatrix, hidden: BrainFloatMatrix) {
        var dGate = BrainFloatMatrix(undefinedRows: gate.rows, columns: gate.columns)
        var dUp = BrainFloatMatrix(undefinedRows: gate.rows, columns: gate.columns)
        var hidden = BrainFloatMatrix(undefinedRows: gate.rows, columns: gate.columns)
        let (outGate, outUp, outHidden) = (dGate.mutablePointer(), dUp.mutablePointer(), hidden.mutablePointer())
        Parallel.ranges(gate.count, grain: Parallel.elementGrain) { range in
            let i = range.lowerBound
            lora_brain_swiglu_backward(
                KernelPath.current.code, dHidden.pointer + i, gate.pointer + i, up.pointer + i, range.count, outGate + i,
                outUp + i, outHidden + i)
        }
        return (dGate, dUp, hidden)
    }
}

/// `x / (1 − p)` where the draw of (key, index) keeps an element, 0 where it does not.
public enum DropoutKernel {
    public static func apply(_ x: Matrix, probability: Float, key: UInt64) -> Matrix {
        precondition(probability >= 0 && probability < 1, "a probability of dropping below 1")
        var kept = Matrix(undefinedRows: x.rows, columns: x.columns)
        lora_dropout(x.pointer, probability, key, x.count, kept.mutablePointer())
        return kept
    }

    public static func apply(_ x: BrainFloatMatrix, probability: Float, key: UInt64) -> BrainFloatMatrix {
        BrainFloatMatrix(rounding: apply(Matrix(widening: x), probability: probability, key: key))
    }
}
