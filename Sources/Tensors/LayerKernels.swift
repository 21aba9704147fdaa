import CKernels

/// `y = w · x · s` row by row, `s = 1/√(mean(x²) + ε)`. x, y [rows, n] · w [n]; a longer row is taken as several, one for each head.
public enum RMSNormKernel {
    /// Returns y and s [rows, 1].
    public static func forward(_ x: Matrix, weight: Matrix, epsilon: Float) -> (y: Matrix, inverse: Matrix) {
        var y = Matrix(undefinedRows: x.rows, columns: x.columns)
        let out = y.mutablePointer()
        let inverse = inverses(x.count, weight.count) { code, start, rows, inverse in
            lora_rmsnorm_forward(
                code, x.pointer + start, weight.pointer, epsilon, rows, weight.count, out + start, inverse)
        }
        return (y, inverse)
    }

    /// The same, y rounded to brain floats.
    public static func brains(_ x: Matrix, weight: Matrix, epsilon: Float) -> (y: BrainFloatMatrix, inverse: Matrix) {
        var y = BrainFloatMatrix(undefinedRows: x.rows, columns: x.columns)
        let out = y.mutablePointer()
        let inverse = inverses(x.count, weight.count) { code, start, rows, inverse in
            lora_brain_rmsnorm_forward(
                code, x.pointer + start, weight.pointer, epsilon, rows, weight.count, out + start, inverse)
        }
        return (y, inverse)
    }

    /// The norm of every head of brain floats.
    public static func heads(
        _ x: BrainFloatMatrix, weight: Matrix, epsilon: Float
    ) -> (y: BrainFloatMatrix, inverse: Matrix) {
        var y = BrainFloatMatrix(undefinedRows: x.rows, columns: x.columns)
        let out = y.mutablePointer()
        let inverse = inverses(x.count, weight.count) { code, start, rows, inverse in
            lora_brain_heads_rmsnorm_forward(
                code, x.pointer + start, weight.pointer, epsilon, rows, weight.count, out + start, inverse)
        }
        return (y, inverse)
    }

    /// Adds `s·w·dy − x·s³·Σ(w·dy·x)/n` to dx.
    public static func backward(_ dy: Matrix, x: Matrix, weight: Matrix, inverse: Matrix, addingTo dx: inout Matrix) {
        precondition(dy.count == x.count && dx.count == x.count, "shapes agree")
        let out = dx.mutablePointer()
        gradients(x.count, weight.count, inverse) { code, start, rows, inverse in
            lora_rmsnorm_backward(
                code, dy.pointer + start, x.pointer + start, weight.pointer, inverse, rows, weight.count, out + start)
        }
    }

    /// The same of an x that was kept rounded.
    public static func backward(
        _ dy: Matrix, x: BrainFloatMatrix, weight: Matrix, inverse: Matrix, addingTo dx: inout Matrix
    ) {
        precondition(dy.count == x.count && dx.count == x.count, "shapes agree")
        let out = dx.mutablePointer()
        gradients(x.count, weight.count, inverse) { code, start, rows, inverse in
            lora_brain_rmsnorm_backward(
                code, dy.pointer + start, x.pointer + start, weight.pointer, inverse, rows, weight.count, out + start)
        }
    }

    /// Adds `Σ dy·x·s` over the rows to the gradient of w.
    public static func addWeightGradient(_ dy: Matrix, x: Matrix, inverse: Matrix, to dWeight: inout Matrix) {
        let n = dWeight.count
        precondition(dy.count == x.count && inverse.count * n == x.count, "shapes agree")
        let out = dWeight.mutablePointer()
        Parallel.ranges(n, grain: max(64, Parallel.elementGrain / max(1, inverse.count))) { columns in
            let start = columns.lowerBound
            lora_rmsnorm_weight_gradient(
                KernelPath.current.code, dy.pointer + start, x.pointer + start, inverse.pointer, inverse.count, n,
                columns.count, out + start)
        }
    }

    /// The gradient of heads.
    public static func headsBackward(
        _ dy: BrainFloatMatrix, x: BrainFloatMatrix, weight: Matrix, inverse: Matrix
    ) -> BrainFloatMatrix {
        precondition(dy.count == x.count, "shapes agree")
        var dx = BrainFloatMatrix(undefinedRows: x.rows, columns: x.columns)
        let out = dx.mutablePointer()
        gradients(x.count, weight.count, inverse) { code, start, rows, inverse in
            lora_brain_heads_rmsnorm_backward(
                code, dy.pointer + start, x.pointer + start, weight.pointer, inverse, rows, weight.count, out + start)
        }
        return dx
    }

    /// Shares rows of n among cores; `kernel` hears of the first element and how many rows, and writes s of each.
    private static func inverses(
        _ count: Int, _ n: Int,
        _ kernel: (_ path: lora_kernel_path, _ start: Int, _ rows: Int, _ inverse: UnsafeMutablePointer<Float>) -> Void
    ) -> Matrix {
        precondition(n > 0 && count.isMultiple(of: n), "rows are as long as the weight")
        var inverse = Matrix(undefinedRows: count / n, columns: 1)
        let s = inverse.mutablePointer()
        Parallel.ranges(count / n, grain: Parallel.elementGrain / n) { rows in
            kernel(KernelPath.current.code, rows.lowerBound * n, rows.count, s + rows.lowerBound)
        }
        return inverse
    }

    /// The same with s already there.
    private static func gradients(
        _ count: Int, _ n: Int, _ inverse: Matrix,
        _ kernel: (_ path: lora_kernel_path, _ start: Int, _ rows: Int, _ inverse: UnsafePointer<Float>) -> Void
    ) {
        precondition(inverse.count * n == count, "a number for every row")
        Parallel.ranges(inverse.count, grain: Parallel.elementGrain / n) { rows in
            kernel(KernelPath.current.code, rows.lowerBound * n, rows.count, inverse.pointer + rows.lowerBound)
        }
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
        precondition(
            gate.rows == up.rows && gate.columns == up.columns && dHidden.rows == gate.rows && dHidden.columns == gate.columns,
            "gate, up and gradient have one shape")
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
