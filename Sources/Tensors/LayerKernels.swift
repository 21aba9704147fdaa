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

/// `h = silu(g) · u`, element by element.
public enum SwiGLUKernel {
    public static func forward(gate: Matrix, up: Matrix) -> Matrix {
        precondition(gate.rows == up.rows && gate.columns == up.columns, "gate and up have one shape")
        var hidden = Matrix(undefinedRows: gate.rows, columns: gate.columns)
        let out = hidden.mutablePointer()
        Parallel.ranges(gate.count, grain: Parallel.elementGrain) { range in
            let i = range.lowerBound
            lora_swiglu_forward(KernelPath.current.code, gate.pointer + i, up.pointer + i, range.count, out + i)
        }
        return hidden
    }

    /// dg and du from dh.
    public static func backward(_ dHidden: Matrix, gate: Matrix, up: Matrix) -> (gate: Matrix, up: Matrix) {
        precondition(dHidden.count == gate.count && gate.count == up.count, "gate, up and gradient have one shape")
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
}

/// `x / (1 − p)` where the draw of (key, index) keeps an element, 0 where it does not.
public enum DropoutKernel {
    public static func apply(_ x: Matrix, probability: Float, key: UInt64) -> Matrix {
        precondition(probability >= 0 && probability < 1, "a probability of dropping below 1")
        var kept = Matrix(undefinedRows: x.rows, columns: x.columns)
        lora_dropout(x.pointer, probability, key, x.count, kept.mutablePointer())
        return kept
    }
}
