import CKernels
import Testing

@testable import Tensors

/// Products of brain floats against nested loops in double precision over the same rounded numbers.
struct BrainProductTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        let m, n, k: Int
        var testDescription: String { "\(m) × \(n) × \(k)" }
    }
    /// Odd and small ones, whole panels, and one that is cut both ways.
    static let shapes = [
        Shape(m: 1, n: 1, k: 1), Shape(m: 3, n: 33, k: 7), Shape(m: 14, n: 32, k: 64), Shape(m: 29, n: 70, k: 31),
        Shape(m: 31, n: 40, k: 75), Shape(m: 150, n: 48, k: 96), Shape(m: 100, n: 300, k: 224),
    ]

    private func rounded(_ noise: inout Noise, _ rows: Int, _ columns: Int) -> BrainFloatMatrix {
        BrainFloatMatrix(rounding: noise.matrix(rows, columns))
    }

    /// X · Wᵀ, onto y.
    private func naive(_ x: BrainFloatMatrix, _ w: BrainFloatMatrix, onto y: Matrix? = nil) -> [Double] {
        let (left, right, k) = (x.values, w.values, x.columns)
        return (0..<x.rows * w.rows).map { index in
            let (i, j) = (index / w.rows, index % w.rows)
            return (0..<k).reduce(y.map { Double($0[i, j]) } ?? 0) { $0 + Double(left[i * k + $1]) * Double(right[j * k + $1]) }
        }
    }

    private func transposed(_ x: BrainFloatMatrix) -> BrainFloatMatrix {
        let values = x.values
        return BrainFloatMatrix(
            rounding: (0..<x.columns).flatMap { column in (0..<x.rows).map { values[$0 * x.columns + column] } },
            rows: x.columns, columns: x.rows)
    }

    /// 32-bit rounding of k products of size ≤ 1.
    private func tolerance(_ shape: Shape) -> Double { 1e-6 * Double(shape.k) }

    @Test(arguments: shapes)
    func `every way of packing gives the product`(_ shape: Shape) {
        var noise = Noise(UInt64(shape.k))
        let (x, w) = (rounded(&noise, shape.m, shape.k), rounded(&noise, shape.n, shape.k))
        let expected = naive(x, w)
        for left in [LeftPanels(x), LeftPanels(transposed: transposed(x))] {
            for right in [RightOperand.transposed(w), .matrix(transposed(w)), .transposedWeight(.bfloat16(w))] {
                let found = BrainProduct.floats([BrainProduct.Term(left, right)])
                #expect(largestDifference(found, expected) < tolerance(shape))
            }
        }
    }

    @Test(arguments: shapes)
    func `terms, bias and what was there are summed before anything is rounded`(_ shape: Shape) {
        var noise = Noise(7)
        let (x, w) = (rounded(&noise, shape.m, shape.k), rounded(&noise, shape.n, shape.k))
        let (p, b) = (rounded(&noise, shape.m, 5), rounded(&noise, shape.n, 5))
        let (start, bias) = (noise.matrix(shape.m, shape.n), noise.matrix(1, shape.n))
        let terms = [
            BrainProduct.Term(LeftPanels(x), .transposed(w)), BrainProduct.Term(LeftPanels(p), .transposed(b)),
        ]
        var sum = start
        BrainProduct.add(terms, bias: bias, to: &sum)
        var biased = start
        biased.addToRows(bias)
        let expected = zip(naive(x, w), naive(p, b, onto: biased)).map(+)
        #expect(largestDifference(sum, expected) < tolerance(shape) + 1e-5)
        var plain = BrainProduct.floats(terms)
        #expect(BrainProduct.brains(terms).values == BrainFloatMatrix(rounding: plain).values)
        plain.addToRows(bias)
        #expect(BrainProduct.brains(terms, bias: bias).values == BrainFloatMatrix(rounding: plain).values)
    }

    @Test(arguments: shapes)
    func `a product twice is the same bits`(_ shape: Shape) {
        var noise = Noise(3)
        let (x, w) = (rounded(&noise, shape.m, shape.k), rounded(&noise, shape.n, shape.k))
        let term = BrainProduct.Term(LeftPanels(x), .transposed(w))
        #expect(BrainProduct.floats([term]) == BrainProduct.floats([term]))
    }

    /// 96 columns: scales that restart with every row; 70: no whole runs of 32.
    @Test(arguments: [(48, 64), (33, 128), (31, 96), (20, 70)], [FloatType.f32, .bf16, .f16])
    func `4-bit weights are packed as their decoded values`(_ size: (Int, Int), _ type: FloatType) throws {
        var noise = Noise(11)
        let (x, dy) = (rounded(&noise, 17, size.1), rounded(&noise, 17, size.0))
        let w = try NF4Matrix(quantizing: noise.matrix(size.0, size.1), valueType: type)
        let decoded = LinearWeight.bfloat16(BrainFloatMatrix(rounding: w.dequantized()))
        for (left, right, same) in [
            (LeftPanels(x), RightOperand.transposedWeight(.nf4(w)), RightOperand.transposedWeight(decoded)),
            (LeftPanels(dy), .weight(.nf4(w)), .weight(decoded)),
        ] {
            let found = BrainProduct.floats([BrainProduct.Term(left, right)])
            #expect(found == BrainProduct.floats([BrainProduct.Term(left, same)]))
        }
    }

    @Test(arguments: shapes, KernelPath.available)
    func `every path sums the same products`(_ shape: Shape, _ path: KernelPath) {
        var noise = Noise(13)
        let (x, w) = (rounded(&noise, shape.m, shape.k), rounded(&noise, shape.n, shape.k))
        let pairs = (shape.k + 1) / 2
        var left = [UInt32](repeating: 0, count: (shape.m + 13) / 14 * 14 * pairs)
        var right = [UInt32](repeating: 0, count: (shape.n + 31) / 32 * 32 * pairs)
        var out = Matrix(rows: shape.m, columns: shape.n)
        lora_pack_left(path.code, x.pointer, shape.k, shape.m, shape.k, &left)
        lora_pack_right(path.code, w.pointer, shape.k, shape.n, shape.k, &right)
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                var term = lora_product_term(left: left.baseAddress, right: right.baseAddress, pairs: pairs)
                lora_brain_product(
                    path.code, &term, 1, shape.m, shape.n, nil, LORA_STORE_FLOATS, out.mutablePointer(), shape.n)
            }
        }
        #expect(largestDifference(out, naive(x, w)) < tolerance(shape))
    }
}
