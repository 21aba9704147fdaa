import CKernels
import Testing

@testable import Tensors

/// Products of either kind of numbers against nested loops in double precision over the same numbers.
struct ProductTests {
    struct Shape: CustomTestStringConvertible, Sendable {
        let m, n, k: Int
        var testDescription: String { "\(m) × \(n) × \(k)" }
    }
    /// Odd and small ones, whole panels, half panels, and ones that are cut both ways.
    static let shapes = [
        Shape(m: 1, n: 1, k: 1), Shape(m: 3, n: 33, k: 7), Shape(m: 14, n: 32, k: 64), Shape(m: 29, n: 70, k: 31),
        Shape(m: 31, n: 40, k: 75), Shape(m: 150, n: 48, k: 96), Shape(m: 100, n: 300, k: 224), Shape(m: 40, n: 16, k: 50),
        // rows 2 KiB and 4 KiB apart are packed rather than read where they lie
        Shape(m: 20, n: 35, k: 1024),
    ]

    private func noise(_ noise: inout Noise, _ rows: Int, _ columns: Int, _ arithmetic: Arithmetic) -> Activations {
        Activations(noise.matrix(rows, columns), arithmetic)
    }

    /// X · Wᵀ, onto y. Plain loops over plain memory: unoptimized code takes ten times as long with closures.
    private func naive(_ x: Activations, _ w: Activations, onto y: Matrix? = nil) -> [Double] {
        let (left, right, k) = (x.matrix.values.map(Double.init), w.matrix.values.map(Double.init), x.columns)
        var sums = y.map { $0.values.map(Double.init) } ?? [Double](repeating: 0, count: x.rows * w.rows)
        left.withUnsafeBufferPointer { left in
            right.withUnsafeBufferPointer { right in
                for index in sums.indices {
                    let (i, j) = (index / w.rows * k, index % w.rows * k)
                    var (sum, column) = (sums[index], 0)
                    while column < k {
                        sum += left[i + column] * right[j + column]
                        column += 1
                    }
                    sums[index] = sum
                }
            }
        }
        return sums
    }

    private func transposed(_ x: Activations) -> Activations {
        let values = x.matrix.values
        let turned = (0..<x.columns).flatMap { column in (0..<x.rows).map { values[$0 * x.columns + column] } }
        return Activations(Matrix(rows: x.columns, columns: x.rows, values: turned), x.arithmetic)
    }

    private func weight(_ x: Activations) -> LinearWeight {
        switch x {
        case .floats(let x): .float32(x)
        case .brains(let x): .bfloat16(x)
        }
    }

    /// 32-bit rounding of k products of size ≤ 1.
    private func tolerance(_ shape: Shape) -> Double { 1e-6 * Double(shape.k) }

    @Test(arguments: shapes, Arithmetic.allCases)
    func `every way of reading and packing gives the product`(_ shape: Shape, _ arithmetic: Arithmetic) {
        var source = Noise(UInt64(shape.k))
        let (x, w) = (noise(&source, shape.m, shape.k, arithmetic), noise(&source, shape.n, shape.k, arithmetic))
        let (expected, turned) = (naive(x, w), transposed(w))
        for left in [LeftOperand(x), LeftOperand(transposed: transposed(x))] {
            for right in [
                RightOperand.transposed(w), .matrix(turned), .transposedWeight(weight(w)), .weight(weight(turned)),
            ] {
                #expect(largestDifference(Product.floats(Product.Sum(Product.Term(left, right))), expected) < tolerance(shape))
            }
        }
    }

    @Test(arguments: Arithmetic.allCases)
    func `an operand may be some columns of a matrix, either way round`(_ arithmetic: Arithmetic) {
        var source = Noise(5)
        let (wide, w) = (noise(&source, 37, 75, arithmetic), noise(&source, 40, 31, arithmetic))
        let columns = 21..<52
        let narrow = Activations(
            Matrix(rows: 37, columns: 31, values: (0..<37).flatMap { row in columns.map { wide.matrix[row, $0] } }), arithmetic)
        let found = Product.floats(Product.Sum(Product.Term(LeftOperand(wide, columns: columns), .transposed(w))))
        #expect(largestDifference(found, naive(narrow, w)) < 4e-5)
        let tall = noise(&source, 37, 40, arithmetic)
        let across = Product.floats(
            Product.Sum(Product.Term(LeftOperand(transposed: wide, columns: columns), .matrix(tall))))
        #expect(largestDifference(across, naive(transposed(narrow), transposed(tall))) < 4e-5)
    }

    @Test(arguments: shapes, Arithmetic.allCases)
    func `terms, bias and what was there are summed before anything is rounded`(_ shape: Shape, _ arithmetic: Arithmetic) {
        var source = Noise(7)
        let (x, w) = (noise(&source, shape.m, shape.k, arithmetic), noise(&source, shape.n, shape.k, arithmetic))
        let (p, b) = (noise(&source, shape.m, 5, arithmetic), noise(&source, shape.n, 5, arithmetic))
        let (start, bias) = (source.matrix(shape.m, shape.n), source.matrix(1, shape.n))
        let terms = [Product.Term(LeftOperand(x), .transposed(w)), Product.Term(LeftOperand(p), .transposed(b))]
        var sum = start
        Product.add(Product.Sum(terms, bias: bias), to: &sum)
        var biased = start
        biased.addToRows(bias)
        let expected = zip(naive(x, w), naive(p, b, onto: biased)).map(+)
        #expect(largestDifference(sum, expected) < tolerance(shape) + 1e-5)
        var plain = Product.floats(Product.Sum(terms))
        #expect(Product.activations(Product.Sum(terms)).matrix == Activations(plain, arithmetic).matrix)
        plain.addToRows(bias)
        #expect(Product.activations(Product.Sum(terms, bias: bias)).matrix == Activations(plain, arithmetic).matrix)
    }

    @Test(arguments: Arithmetic.allCases)
    func `sums beside each other are the columns of one matrix`(_ arithmetic: Arithmetic) throws {
        var source = Noise(23)
        let x = noise(&source, 50, 64, arithmetic)
        let sums = [16, 5, 70].map { n in
            Product.Sum(Product.Term(LeftOperand(x), .transposed(noise(&source, n, 64, arithmetic))))
        }
        let beside = try #require(Product.beside(sums)).matrix
        var first = 0
        for part in Product.activations(sums).map(\.matrix) {
            for row in 0..<50 { for column in 0..<part.columns { #expect(beside[row, first + column] == part[row, column]) } }
            first += part.columns
        }
        #expect(first == beside.columns)
    }

    @Test(arguments: shapes, Arithmetic.allCases)
    func `a product twice is the same bits`(_ shape: Shape, _ arithmetic: Arithmetic) {
        var source = Noise(3)
        let (x, w) = (noise(&source, shape.m, shape.k, arithmetic), noise(&source, shape.n, shape.k, arithmetic))
        let sum = Product.Sum(Product.Term(LeftOperand(x), .transposed(w)))
        #expect(Product.floats(sum) == Product.floats(sum))
    }

    /// 96 columns: scales that restart with every row; 70: no whole runs of 32.
    @Test(arguments: [(48, 64), (33, 128), (31, 96), (20, 70)], [FloatType.f32, .bf16, .f16])
    func `4-bit weights are packed as their decoded values`(_ size: (Int, Int), _ type: FloatType) throws {
        for arithmetic in Arithmetic.allCases {
            var source = Noise(11)
            let (x, dy) = (noise(&source, 17, size.1, arithmetic), noise(&source, 17, size.0, arithmetic))
            let w = try NF4Matrix(quantizing: source.matrix(size.0, size.1), valueType: type)
            let decoded = weight(Activations(w.dequantized(), arithmetic))
            for (left, right, same) in [
                (LeftOperand(x), RightOperand.transposedWeight(.nf4(w)), RightOperand.transposedWeight(decoded)),
                (LeftOperand(dy), .weight(.nf4(w)), .weight(decoded)),
            ] {
                let found = Product.floats(Product.Sum(Product.Term(left, right)))
                #expect(found == Product.floats(Product.Sum(Product.Term(left, same))))
            }
        }
    }

    @Test
    func `16-bit weights are widened for products in 32 bits`() {
        var source = Noise(17)
        let (x, dy) = (noise(&source, 20, 70, .fp32), noise(&source, 20, 45, .fp32))
        let w = BrainFloatMatrix(rounding: source.matrix(45, 70))
        for (left, right, same) in [
            (LeftOperand(x), RightOperand.transposedWeight(.bfloat16(w)), RightOperand.transposed(.floats(Matrix(widening: w)))),
            (LeftOperand(dy), .weight(.bfloat16(w)), .matrix(.floats(Matrix(widening: w)))),
        ] {
            let found = Product.floats(Product.Sum(Product.Term(left, right)))
            #expect(found == Product.floats(Product.Sum(Product.Term(left, same))))
        }
    }

    @Test(arguments: shapes, Arithmetic.allCases)
    func `every path sums the same products`(_ shape: Shape, _ arithmetic: Arithmetic) {
        var source = Noise(13)
        let (x, w) = (noise(&source, shape.m, shape.k, arithmetic), noise(&source, shape.n, shape.k, arithmetic))
        let expected = naive(x, w)
        let (words, row) = (arithmetic.words(shape.k), shape.k * arithmetic.width)
        for path in KernelPath.available {
            var left = [UInt32](repeating: 0, count: (shape.m + 13) / 14 * 14 * words)
            var right = [UInt32](repeating: 0, count: (shape.n + 31) / 32 * 32 * words)
            var out = Matrix(rows: shape.m, columns: shape.n)
            lora_pack_left(path.code, x.address, row, shape.m, row, &left)
            lora_pack_right(path.code, w.address, row, shape.n, row, &right)
            left.withUnsafeBufferPointer { left in
                right.withUnsafeBufferPointer { right in
                    var term = lora_product_term(
                        left: left.baseAddress, row_step: 4, word_step: 56, panel_step: 56 * words, right: right.baseAddress,
                        words: words)
                    lora_product(
                        path.code, arithmetic.number, &term, 1, shape.m, shape.n, nil, LORA_STORE_FLOATS, out.mutablePointer(),
                        shape.n)
                }
            }
            #expect(largestDifference(out, expected) < tolerance(shape), "\(path)")
        }
    }
}
