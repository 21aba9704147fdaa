import COpenBLAS

/// Products of matrices: the only calls of BLAS.
///
/// OpenBLAS runs on the calling thread alone; large products are cut here, at places that depend on the shapes only, so that
/// one machine always gives the same bits.
public enum Gemm {
    /// `Y = scale · X · Wᵀ`, or `Y += …`. X [m, k] · W [n, k] · Y [m, n].
    public static func product(
        _ x: Matrix, transposed w: Matrix, scale: Float = 1, into y: inout Matrix, accumulate: Bool
    ) {
        precondition(x.columns == w.columns && y.rows == x.rows && y.columns == w.rows, "shapes of X · Wᵀ agree")
        let out = y.mutablePointer()
        xTimesTransposed(
            x.pointer, w.pointer, out, Shape(m: x.rows, n: w.rows, k: x.columns), outStride: y.columns, scale: scale,
            accumulate: accumulate)
    }

    /// `X · Wᵀ` in memory of its own.
    public static func product(_ x: Matrix, transposed w: Matrix, scale: Float = 1) -> Matrix {
        var y = Matrix(undefinedRows: x.rows, columns: w.rows)
        product(x, transposed: w, scale: scale, into: &y, accumulate: false)
        return y
    }

    /// `Y = scale · X · W`, or `Y += …`. X [m, k] · W [k, n] · Y [m, n].
    public static func product(_ x: Matrix, _ w: Matrix, scale: Float = 1, into y: inout Matrix, accumulate: Bool) {
        precondition(x.columns == w.rows && y.rows == x.rows && y.columns == w.columns, "shapes of X · W agree")
        let out = y.mutablePointer()
        xTimes(
            x.pointer, xStride: x.columns, w.pointer, out, Shape(m: x.rows, n: w.columns, k: x.columns), scale: scale,
            accumulate: accumulate)
    }

    /// `X · W` in memory of its own.
    public static func product(_ x: Matrix, _ w: Matrix, scale: Float = 1) -> Matrix {
        var y = Matrix(undefinedRows: x.rows, columns: w.columns)
        product(x, w, scale: scale, into: &y, accumulate: false)
        return y
    }

    /// `Y = scale · Xᵀ · Z`, or `Y += …`. X [k, m] · Z [k, n] · Y [m, n].
    public static func product(transposed x: Matrix, _ z: Matrix, scale: Float = 1, into y: inout Matrix, accumulate: Bool) {
        precondition(x.rows == z.rows && y.rows == x.columns && y.columns == z.columns, "shapes of Xᵀ · Z agree")
        let out = y.mutablePointer()
        let shape = Shape(m: x.columns, n: z.columns, k: x.rows)
        cut(shape) { rows, columns in
            cblas_sgemm(
                CblasRowMajor, CblasTrans, CblasNoTrans, blasint(rows.count), blasint(columns.count), blasint(shape.k), scale,
                x.pointer + rows.lowerBound, blasint(x.columns), z.pointer + columns.lowerBound, blasint(z.columns),
                accumulate ? 1 : 0, out + rows.lowerBound * shape.n + columns.lowerBound, blasint(shape.n))
        }
    }
}

extension Gemm {
    /// Y [m, n] as a sum over k.
    struct Shape {
        let m: Int
        let n: Int
        let k: Int
    }

    static func xTimesTransposed(
        _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ shape: Shape,
        outStride: Int, scale: Float, accumulate: Bool
    ) {
        cut(shape) { rows, columns in
            let out = y + rows.lowerBound * outStride + columns.lowerBound
            let part = Shape(m: rows.count, n: columns.count, k: shape.k)
            piece(
                x + rows.lowerBound * shape.k, w + columns.lowerBound * shape.k, out, part, outStride: outStride,
                scale: scale, accumulate: accumulate)
        }
    }

    /// One piece of X · Wᵀ on this thread.
    static func piece(
        _ x: UnsafePointer<Float>, _ w: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>, _ shape: Shape,
        outStride: Int, scale: Float, accumulate: Bool
    ) {
        singleThreaded
        if shape.m == 1 {
            cblas_sgemv(
                CblasRowMajor, CblasNoTrans, blasint(shape.n), blasint(shape.k), scale, w, blasint(shape.k), x, 1,
                accumulate ? 1 : 0, y, 1)
        } else {
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasTrans, blasint(shape.m), blasint(shape.n), blasint(shape.k), scale,
                x, blasint(shape.k), w, blasint(shape.k), accumulate ? 1 : 0, y, blasint(outStride))
        }
    }

    static func xTimes(
        _ x: UnsafePointer<Float>, xStride: Int, _ w: UnsafePointer<Float>, _ y: UnsafeMutablePointer<Float>,
        _ shape: Shape, scale: Float, accumulate: Bool
    ) {
        cut(shape) { rows, columns in
            cblas_sgemm(
                CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(rows.count), blasint(columns.count), blasint(shape.k),
                scale, x + rows.lowerBound * xStride, blasint(xStride), w + columns.lowerBound, blasint(shape.n),
                accumulate ? 1 : 0, y + rows.lowerBound * shape.n + columns.lowerBound, blasint(shape.n))
        }
    }

    /// Cuts Y along its longer side, into pieces of at least 4 million multiplications.
    private static func cut(_ shape: Shape, _ work: (_ rows: Range<Int>, _ columns: Range<Int>) -> Void) {
        guard shape.m > 0, shape.n > 0 else { return }
        singleThreaded
        let pieces = min(maximumPieces, max(1, shape.m * shape.n * shape.k / pieceSize))
        let isWide = shape.n >= shape.m
        let grain = (max(shape.m, shape.n) + pieces - 1) / pieces
        // multiples of 16 keep the edge kernels of BLAS out of the middle
        Parallel.ranges(isWide ? shape.n : shape.m, grain: (grain + 15) / 16 * 16) { range in
            isWide ? work(0..<shape.m, range) : work(range, 0..<shape.n)
        }
    }

    private static let pieceSize = 1 << 21
    private static let maximumPieces = 32

    /// Set once, before the first product.
    private static let singleThreaded: Void = openblas_set_num_threads(1)
}
