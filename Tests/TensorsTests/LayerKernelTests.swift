import CKernels
import Foundation
import Testing

@testable import Tensors

/// Each kernel against its naive twin in double precision, on every path this processor can run; each backward against central
/// differences of its forward.
struct LayerKernelTests {
    /// Off the lane counts, and on them.
    static let widths = [1, 3, 16, 20, 37, 64]

    @Test(arguments: widths, KernelPath.available)
    func `RMSNorm agrees with its formula`(_ n: Int, _ path: KernelPath) {
        var noise = Noise(UInt64(n))
        let (x, w) = (noise.matrix(5, n), noise.matrix(1, n))
        var (y, inverse) = (Matrix(rows: 5, columns: n), Matrix(rows: 5, columns: 1))
        lora_rmsnorm_forward(path.code, x.pointer, w.pointer, 1e-5, 5, n, y.mutablePointer(), inverse.mutablePointer())
        let expected = (0..<5).flatMap { row in
            let mean = (0..<n).reduce(0.0) { $0 + pow(Double(x[row, $1]), 2) } / Double(n)
            return (0..<n).map { Double(w[0, $0]) * Double(x[row, $0]) / (mean + Double(Float(1e-5))).squareRoot() }
        }
        // 32-bit rounding of numbers up to about 8
        #expect(largestDifference(y, expected) < 2e-6)
    }

    @Test(arguments: widths, KernelPath.available)
    func `the gradient of RMSNorm's weight agrees with its formula`(_ n: Int, _ path: KernelPath) {
        var noise = Noise(UInt64(n))
        let (dy, x, inverse, start) = (noise.matrix(7, n), noise.matrix(7, n), noise.matrix(7, 1), noise.matrix(1, n))
        var found = start
        lora_rmsnorm_weight_gradient(path.code, dy.pointer, x.pointer, inverse.pointer, 7, n, n, found.mutablePointer())
        let expected = (0..<n).map { column in
            (0..<7).reduce(Double(start[0, column])) { sum, row in
                sum + Double(dy[row, column]) * Double(x[row, column]) * Double(inverse[row, 0])
            }
        }
        // 32-bit rounding of eight numbers up to 1
        #expect(largestDifference(found, expected) < 2e-6)
    }

    @Test func `RMSNorm's weight gradient agrees with differences`() {
        var noise = Noise(3)
        // three heads to a row
        let (x, dy, w) = (noise.matrix(4, 60), noise.matrix(4, 60), noise.matrix(1, 20))
        let inverse = RMSNormKernel.forward(x, weight: w, epsilon: 1e-1).inverse
        var dw = Matrix(rows: 1, columns: 20)
        RMSNormKernel.addWeightGradient(dy, x: x, inverse: inverse, to: &dw)
        for index in 0..<w.count {
            let expected = slope(w, at: index) { weighted(RMSNormKernel.forward(x, weight: $0, epsilon: 1e-1).y, by: dy) }
            #expect(abs(Double(dw[0, index]) - expected) < 1e-3)
        }
    }

    @Test(arguments: widths)
    func `RMSNorm's backward agrees with differences`(_ n: Int) {
        var noise = Noise(UInt64(n))
        let (x, w, dy, start) = (noise.matrix(3, n), noise.matrix(1, n), noise.matrix(3, n), noise.matrix(3, n))
        let inverse = RMSNormKernel.forward(x, weight: w, epsilon: 1e-1).inverse
        var dx = start
        RMSNormKernel.backward(dy, x: x, weight: w, inverse: inverse, addingTo: &dx)
        for index in 0..<x.count {
            let found = Double(dx.values[index]) - Double(start.values[index])
            let expected = slope(x, at: index) { weighted(RMSNormKernel.forward($0, weight: w, epsilon: 1e-1).y, by: dy) }
            // the difference of 32-bit values over 2e-2 is good to about 1e-4
            #expect(abs(found - expected) < 1e-3)
        }
    }

    @Test(arguments: widths, KernelPath.available)
    func `SwiGLU agrees with its formula, also far from zero`(_ n: Int, _ path: KernelPath) {
        var noise = Noise(UInt64(n))
        let (gate, up) = (noise.matrix(3, n, scale: 100), noise.matrix(3, n))
        var hidden = Matrix(rows: 3, columns: n)
        lora_swiglu_forward(path.code, gate.pointer, up.pointer, gate.count, hidden.mutablePointer())
        let expected = zip(gate.values, up.values).map { Double($0) / (1 + exp(-Double($0))) * Double($1) }
        // relative 1e-6 of numbers up to 100
        #expect(largestDifference(hidden, expected) < 1e-4)
    }

    @Test(arguments: widths)
    func `SwiGLU's backward agrees with differences`(_ n: Int) {
        var noise = Noise(UInt64(n))
        let (gate, up, dy) = (noise.matrix(2, n, scale: 4), noise.matrix(2, n), noise.matrix(2, n))
        func hidden(_ gate: Matrix, _ up: Matrix) -> Matrix {
            SwiGLUKernel.forward(gate: .floats(gate), up: .floats(up)).matrix
        }
        let d = SwiGLUKernel.backward(.floats(dy), gate: .floats(gate), up: .floats(up))
        #expect(d.hidden.matrix == hidden(gate, up))
        for index in 0..<gate.count {
            let byGate = slope(gate, at: index) { weighted(hidden($0, up), by: dy) }
            let byUp = slope(up, at: index) { weighted(hidden(gate, $0), by: dy) }
            #expect(abs(Double(d.gate.matrix.values[index]) - byGate) < 1e-3)
            #expect(abs(Double(d.up.matrix.values[index]) - byUp) < 1e-3)
        }
    }

    @Test(arguments: widths + [1500], KernelPath.available)
    func `cross-entropy and its gradient agree with their formulas`(_ n: Int, _ path: KernelPath) {
        var noise = Noise(UInt64(n))
        let logits = noise.matrix(4, n, scale: 20)
        let labels = (0..<4).map { Int32($0 * 7 % n) }
        var gradient = logits
        var (losses, again) = ([Double](repeating: 0, count: 4), [Double](repeating: 0, count: 4))
        lora_crossentropy_forward(path.code, logits.pointer, labels, 4, n, &losses)
        lora_crossentropy_backward(path.code, gradient.mutablePointer(), labels, 0.25, 4, n, &again)
        #expect(losses == again)
        for row in 0..<4 {
            let weights = (0..<n).map { exp(Double(logits[row, $0]) - 20) }
            let sum = weights.reduce(0, +)
            let label = Int(labels[row])
            #expect(abs(losses[row] - (log(sum) + 20 - Double(logits[row, label]))) < 1e-5)
            for column in 0..<n {
                let expected = 0.25 * (weights[column] / sum - (column == label ? 1 : 0))
                #expect(abs(Double(gradient[row, column]) - expected) < 1e-6)
            }
        }
    }

    @Test func `a logit that is not a number makes the loss so`() {
        var logits = Matrix(rows: 1, columns: 40)
        logits[0, 33] = .nan
        #expect(CrossEntropyKernel.forward(logits, labels: [2])[0].isNaN)
    }

    @Test func `rotation turns pairs by position and its backward turns them back`() {
        var noise = Noise(1)
        let x = noise.matrix(3, 20)
        let table = RotaryTable(positions: 8, inverseFrequencies: [1, 0.25], factor: 1)
        var y = x
        RotaryKernel.rotate(&y, headSize: 10, table: table, positions: [7, 0, 3], direction: .forward)
        let angle = 7 * 0.25
        #expect(abs(Double(y[0, 11]) - (Double(x[0, 11]) * cos(angle) - Double(x[0, 13]) * sin(angle))) < 1e-6)
        #expect(abs(Double(y[0, 13]) - (Double(x[0, 13]) * cos(angle) + Double(x[0, 11]) * sin(angle))) < 1e-6)
        #expect(y.rows(1..<2) == x.rows(1..<2), "position 0 does not turn")
        #expect((4..<10).allSatisfy { y[2, $0] == x[2, $0] }, "dimensions beyond the rotated ones stay")
        RotaryKernel.rotate(&y, headSize: 10, table: table, positions: [7, 0, 3], direction: .backward)
        #expect(largestDifference(y, x.values.map(Double.init)) < 1e-6)
    }

    @Test func `dropout keeps the share it promises and draws the same for the same key`() {
        let x = Matrix(rows: 100, columns: 100, values: [Float](repeating: 1, count: 10_000))
        let kept = DropoutKernel.apply(x, probability: 0.3, key: 1)
        #expect(kept == DropoutKernel.apply(x, probability: 0.3, key: 1))
        #expect(kept != DropoutKernel.apply(x, probability: 0.3, key: 2))
        #expect(kept.values.allSatisfy { $0 == 0 || abs($0 - 1 / 0.7) < 1e-6 })
        // 10,000 draws: the standard deviation of the share is 0.0046
        #expect(abs(Double(kept.values.count { $0 == 0 }) / 10_000 - 0.3) < 0.02)
    }
}
