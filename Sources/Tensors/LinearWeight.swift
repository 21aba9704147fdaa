/// A frozen weight W [outputs, inputs] in the form it is kept in. The products below are in 32-bit floats whatever the form; those of
/// brain floats are BrainProduct's.
public enum LinearWeight: Sendable {
    case float32(Matrix)
    case bfloat16(BrainFloatMatrix)
    case nf4(NF4Matrix)

    public var outputs: Int {
        switch self {
        case .float32(let matrix): matrix.rows
        case .bfloat16(let matrix): matrix.rows
        case .nf4(let matrix): matrix.rows
        }
    }

    public var inputs: Int {
        switch self {
        case .float32(let matrix): matrix.columns
        case .bfloat16(let matrix): matrix.columns
        case .nf4(let matrix): matrix.columns
        }
    }

    /// `Y = X · Wᵀ`. X [tokens, inputs] · Y [tokens, outputs].
    public func product(_ x: Matrix) -> Matrix {
        if case .float32(let w) = self { return Gemm.product(x, transposed: w) }
        precondition(x.columns == inputs, "shapes of X · Wᵀ agree")
        var y = Matrix(undefinedRows: x.rows, columns: outputs)
        let (out, columns) = (y.mutablePointer(), inputs)
        Parallel.ranges(outputs, grain: min(Self.panelRows(columns), (outputs / 2 + 63) / 64 * 64)) { rows in
            var panel = Matrix(undefinedRows: rows.count, columns: columns)
            let decoded = panel.mutablePointer()
            decode(rows, into: decoded)
            Gemm.piece(
                x.pointer, decoded, out + rows.lowerBound, Gemm.Shape(m: x.rows, n: rows.count, k: columns),
                outStride: outputs, scale: 1, accumulate: false)
        }
        return y
    }

    /// `dX = dY · W`, or `dX += …`: what a gradient passes back to the inputs. dY [tokens, outputs] · dX [tokens, inputs].
    public func gradientProduct(_ dy: Matrix, into dx: inout Matrix, accumulate: Bool) {
        if case .float32(let w) = self { return Gemm.product(dy, w, into: &dx, accumulate: accumulate) }
        precondition(dy.columns == outputs && dx.columns == inputs && dx.rows == dy.rows, "shapes of dY · W agree")
        let out = dx.mutablePointer()
        let step = max(1, Self.panelSize / inputs)
        for start in stride(from: 0, to: outputs, by: step) {
            let rows = start..<min(outputs, start + step)
            let panel = decoded(rows)
            Gemm.xTimes(
                dy.pointer + start, xStride: outputs, panel.pointer, out,
                Gemm.Shape(m: dy.rows, n: inputs, k: rows.count), scale: 1, accumulate: accumulate || start > 0)
        }
    }

    /// `dY · W` in memory of its own.
    public func gradientProduct(_ dy: Matrix) -> Matrix {
        var dx = Matrix(undefinedRows: dy.rows, columns: inputs)
        gradientProduct(dy, into: &dx, accumulate: false)
        return dx
    }

    /// Some rows as 32-bit floats, in the order asked for: a table's look-up.
    public func rows(at indices: [Int32]) -> Matrix {
        precondition(indices.allSatisfy { $0 >= 0 && $0 < outputs }, "rows lie in the table")
        var found = Matrix(undefinedRows: indices.count, columns: inputs)
        let out = found.mutablePointer()
        for (place, index) in indices.enumerated() { decode(Int(index)..<Int(index) + 1, into: out + place * inputs) }
        return found
    }

    /// Adjacent rows of a weight that is not quantized.
    public func rows(_ range: Range<Int>) -> LinearWeight {
        switch self {
        case .float32(let matrix): .float32(matrix.rows(range))
        case .bfloat16(let matrix): .bfloat16(matrix.rows(range))
        case .nf4(let matrix): .float32(matrix.dequantized(rows: range))
        }
    }

    /// The whole weight as 32-bit floats.
    public func decoded() -> Matrix { decoded(0..<outputs) }
}

extension LinearWeight {
    /// Has what lies in a file read meanwhile, for a use that comes soon.
    public func prefetch() { pages.forEach { $0.prefetch() } }

    /// Gives back the memory of what lies in a file; the next use reads it again.
    public func release() { pages.forEach { $0.release() } }

    private var pages: [MappedRange] {
        switch self {
        case .float32: []
        case .bfloat16(let matrix): matrix.pages.map { [$0] } ?? []
        case .nf4(let matrix): matrix.pages
        }
    }
}

extension LinearWeight {
    /// Floats decoded at once on the way back (16 MiB).
    private static let panelSize = 1 << 22

    /// Rows that decode into half a megabyte, which stays in a core's cache until it is multiplied.
    private static func panelRows(_ columns: Int) -> Int { max(64, (1 << 17) / columns / 16 * 16) }

    /// Some rows as 32-bit floats.
    func decoded(_ range: Range<Int>) -> Matrix {
        var panel = Matrix(undefinedRows: range.count, columns: inputs)
        let (out, columns) = (panel.mutablePointer(), inputs)
        Parallel.ranges(range.count, grain: Self.panelRows(columns)) { rows in
            decode(
                rows.lowerBound + range.lowerBound..<rows.upperBound + range.lowerBound,
                into: out + rows.lowerBound * columns)
        }
        return panel
    }

    private func decode(_ rows: Range<Int>, into floats: UnsafeMutablePointer<Float>) {
        switch self {
        case .float32(let matrix):
            floats.update(from: matrix.pointer + rows.lowerBound * matrix.columns, count: rows.count * matrix.columns)
        case .bfloat16(let matrix): matrix.decode(rows, into: floats)
        case .nf4(let matrix): matrix.dequantize(rows: rows, to: floats)
        }
    }
}
