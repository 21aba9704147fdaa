import Testing

@testable import Tensors

/// Products against three nested loops in double precision.
struct GemmTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        let m, n, k: Int
        var testDescription: String { "\(m) × \(n) × \(k)" }
    }
    /// The last two are cut into pieces: along columns, along rows.
    static let shapes = [
        Shape(m: 1, n: 7, k: 5), Shape(m: 3, n: 1, k: 9), Shape(m: 17, n: 16, k: 33), Shape(m: 130, n: 300, k: 200),
        Shape(m: 700, n: 24, k: 400),
    ]

    /// Every 13th element of `0.5 · X · W`, onto y.
    private func naive(_ x: Matrix, _ w: Matrix, onto y: Matrix?) -> [(index: Int, value: Double)] {
        let (left, right, k) = (x.values, w.values, x.columns)
        return stride(from: 0, to: x.rows * w.columns, by: 13).map { index in
            let (i, j) = (index / w.columns, index % w.columns)
            var sum = y.map { Double($0[i, j]) } ?? 0
            for p in 0..<k { sum += 0.5 * Double(left[i * k + p]) * Double(right[p * w.columns + j]) }
            return (index, sum)
        }
    }

    /// Rounding of k products of size ≤ 1: 1e-7 · k with room to spare.
    private func tolerance(_ shape: Shape) -> Double { 1e-6 * Double(shape.k) }

    @Test(arguments: shapes, [false, true])
    func `all three products agree with nested loops`(_ shape: Shape, accumulate: Bool) {
        var noise = Noise(UInt64(shape.m))
        let (x, w) = (noise.matrix(shape.m, shape.k), noise.matrix(shape.k, shape.n))
        let start = noise.matrix(shape.m, shape.n)
        let expected = naive(x, w, onto: accumulate ? start : nil)
        let (xT, wT) = (transposed(x), transposed(w))
        var (plain, right, left) = (start, start, start)
        Gemm.product(x, w, scale: 0.5, into: &plain, accumulate: accumulate)
        Gemm.product(x, transposed: wT, scale: 0.5, into: &right, accumulate: accumulate)
        Gemm.product(transposed: xT, w, scale: 0.5, into: &left, accumulate: accumulate)
        for found in [plain, right, left].map(\.values) {
            #expect(expected.allSatisfy { abs(Double(found[$0.index]) - $0.value) < tolerance(shape) })
        }
    }

    @Test(arguments: shapes)
    func `a product twice is the same bits`(_ shape: Shape) {
        var noise = Noise(3)
        let (x, w) = (noise.matrix(shape.m, shape.k), noise.matrix(shape.n, shape.k))
        #expect(Gemm.product(x, transposed: w) == Gemm.product(x, transposed: w))
    }

    @Test(arguments: shapes)
    func `weights in 16 and 4 bits multiply as their decoded values do`(_ shape: Shape) throws {
        var noise = Noise(5)
        let w = noise.matrix(shape.n, shape.k)
        let kept: [LinearWeight] = [
            .bfloat16(BrainFloatMatrix(rounding: w.values, rows: w.rows, columns: w.columns)),
            .nf4(try NF4Matrix(quantizing: w)),
        ]
        let (x, dy) = (noise.matrix(shape.m, shape.k), noise.matrix(shape.m, shape.n))
        for weight in kept {
            let decoded = weight.decoded()
            var (dx, expected) = (x, x)
            weight.gradientProduct(dy, into: &dx, accumulate: true)
            Gemm.product(dy, decoded, into: &expected, accumulate: true)
            // BLAS may take other kernels for other cuts
            let product = Gemm.product(x, transposed: decoded).values.map(Double.init)
            #expect(largestDifference(weight.product(x), product) < tolerance(shape))
            #expect(largestDifference(dx, expected.values.map(Double.init)) < 1e-6 * Double(shape.n))
            let last = weight.rows(at: [Int32(w.rows - 1), 0])
            #expect(last == decoded.rows(at: [w.rows - 1, 0]))
        }
    }

    private func transposed(_ x: Matrix) -> Matrix {
        let values = x.values
        return Matrix(
            rows: x.columns, columns: x.rows,
            values: (0..<x.columns).flatMap { column in (0..<x.rows).map { values[$0 * x.columns + column] } })
    }
}
