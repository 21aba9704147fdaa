import Tensors

/// Numbers that look random and are the same in every run.
struct Noise {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed &* 0x9E37_79B9_7F4A_7C15 &+ 1 }

    /// Uniform in ±1.
    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Float(Int32(truncatingIfNeeded: state >> 32)) / 2_147_483_648
    }

    mutating func matrix(_ rows: Int, _ columns: Int, scale: Float = 1) -> Matrix {
        Matrix(rows: rows, columns: columns, values: (0..<rows * columns).map { _ in scale * next() })
    }
}

/// The largest |x − y| over all elements, y in double precision.
func largestDifference(_ x: Matrix, _ y: [Double]) -> Double {
    precondition(x.count == y.count)
    return zip(x.values, y).map { abs(Double($0) - $1) }.max() ?? 0
}

/// Σ w·x: a scalar whose gradient in x is w.
func weighted(_ x: Matrix, by w: Matrix) -> Double {
    precondition(x.count == w.count)
    return x.values.withUnsafeBufferPointer { x in
        w.values.withUnsafeBufferPointer { w in
            var (sum, index) = (0.0, 0)
            while index < x.count {
                sum += Double(x[index]) * Double(w[index])
                index += 1
            }
            return sum
        }
    }
}

/// The central difference of `function` in one element of `x`.
func slope(_ x: Matrix, at index: Int, step: Float = 1e-2, _ function: (Matrix) -> Double) -> Double {
    let (row, column) = (index / x.columns, index % x.columns)
    var (up, down) = (x, x)
    up[row, column] += step
    down[row, column] -= step
    return (function(up) - function(down)) / (Double(up[row, column]) - Double(down[row, column]))
}
