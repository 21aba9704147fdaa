import CKernels
import Testing

@testable import Tensors

/// The kernels on brain floats against those in 32 bits, which have naive twins of their own, over the same rounded numbers.
///
/// A value is rounded once, to 8 bits: 2⁻⁸ of it at most, and what cancels keeps the rounding of its terms.
struct BrainLayerTests {
    /// Off the lane counts, and on them.
    static let widths = [1, 3, 16, 20, 37, 64]

    private func rounded(_ noise: inout Noise, _ rows: Int, _ columns: Int, scale: Float = 1) -> BrainFloatMatrix {
        BrainFloatMatrix(rounding: noise.matrix(rows, columns, scale: scale))
    }

    private func expect(_ brains: BrainFloatMatrix, _ floats: Matrix, terms: Float = 1, _ name: Comment) {
        let isNear = zip(brains.values, floats.values).allSatisfy { abs($0 - $1) <= abs($1) / 256 + 1e-6 * terms }
        #expect(isNear, name)
    }

    @Test(arguments: widths, KernelPath.available)
    func `norms and their gradients are those of 32 bits, rounded`(_ n: Int, _ path: KernelPath) {
        var noise = Noise(UInt64(n))
        let (heads, dHeads) = (rounded(&noise, 5, n), rounded(&noise, 5, n))
        let (x, dy, w) = (Matrix(widening: heads), Matrix(widening: dHeads), noise.matrix(1, n))
        let expected = RMSNormKernel.forward(x, weight: w, epsilon: 1e-5)
        var (y, again) = (BrainFloatMatrix(undefinedRows: 5, columns: n), BrainFloatMatrix(undefinedRows: 5, columns: n))
        var inverse = Matrix(rows: 5, columns: 1)
        lora_brain_rmsnorm_forward(
            path.code, x.pointer, w.pointer, 1e-5, 5, n, y.mutablePointer(), inverse.mutablePointer())
        lora_brain_heads_rmsnorm_forward(
            path.code, heads.pointer, w.pointer, 1e-5, 5, n, again.mutablePointer(), inverse.mutablePointer())
        expect(y, expected.y, "forward")
        #expect(again.values == y.values)

        var (dx, found) = (Matrix(rows: 5, columns: n), Matrix(rows: 5, columns: n))
        var dHeadsFound = BrainFloatMatrix(undefinedRows: 5, columns: n)
        RMSNormKernel.backward(dy, x: x, weight: w, inverse: expected.inverse, addingTo: &dx)
        let s = expected.inverse
        lora_brain_rmsnorm_backward(
            path.code, dy.pointer, heads.pointer, w.pointer, s.pointer, 5, n, found.mutablePointer())
        lora_brain_heads_rmsnorm_backward(
            path.code, dHeads.pointer, heads.pointer, w.pointer, s.pointer, 5, n, dHeadsFound.mutablePointer())
        // terms reach s·w·dy, and s is large where a row of one or three numbers is small
        let terms = s.values.max()! * 8
        #expect(largestDifference(found, dx.values.map(Double.init)) < Double(terms) * 1e-5)
        expect(dHeadsFound, dx, terms: terms * 10, "backward")
    }

    @Test(arguments: widths, KernelPath.available)
    func `SwiGLU and its gradient are those of 32 bits, rounded`(_ n: Int, _ path: KernelPath) {
        var noise = Noise(UInt64(n))
        let (gate, up, dHidden) = (rounded(&noise, 3, n, scale: 8), rounded(&noise, 3, n), rounded(&noise, 3, n))
        let floats = [gate, up, dHidden].map { Activations.floats(Matrix(widening: $0)) }
        let expected = SwiGLUKernel.backward(floats[2], gate: floats[0], up: floats[1])
        var out = (0..<4).map { _ in BrainFloatMatrix(undefinedRows: 3, columns: n) }
        let places = out.indices.map { out[$0].mutablePointer() }
        lora_brain_swiglu_forward(path.code, gate.pointer, up.pointer, 3 * n, places[0])
        lora_brain_swiglu_backward(
            path.code, dHidden.pointer, gate.pointer, up.pointer, 3 * n, places[1], places[2], places[3])
        expect(out[0], expected.hidden.matrix, "hidden")
        #expect(out[3].values == out[0].values)
        expect(out[1], expected.gate.matrix, "gate")
        expect(out[2], expected.up.matrix, "up")
    }

    @Test(arguments: [6, 16, 40, 64], KernelPath.available)
    func `rotation is that of 32 bits, rounded, and its transpose turns back`(_ headSize: Int, _ path: KernelPath) {
        var noise = Noise(UInt64(headSize))
        let table = RotaryTable(
            positions: 9, inverseFrequencies: (0..<headSize / 2).map { 1 / (1 + Float($0)) }, factor: 1)
        let (start, positions): (BrainFloatMatrix, [Int32]) = (rounded(&noise, 4, 2 * headSize), [0, 1, 5, 8])
        var floats = Activations.floats(Matrix(widening: start))
        RotaryKernel.rotate(&floats, headSize: headSize, table: table, positions: positions, direction: .forward)
        var turned = start
        func turn(_ direction: Float) {
            lora_brain_rotary(
                path.code, turned.mutablePointer(), table.cosines.pointer, table.sines.pointer, positions, direction, 4, 2,
                headSize, headSize)
        }
        turn(1)
        expect(turned, floats.matrix, "forward")
        turn(-1)
        // rounded twice, numbers up to √2
        #expect(zip(turned.values, start.values).allSatisfy { abs($0 - $1) < 1.5e-2 })
    }

    @Test(arguments: widths + [1500], KernelPath.available)
    func `cross-entropy is that of 32 bits, its gradient rounded`(_ n: Int, _ path: KernelPath) {
        var noise = Noise(UInt64(n))
        let logits = noise.matrix(4, n, scale: 20)
        let labels = (0..<4).map { Int32($0 * 7 % n) }
        var expected = logits
        let expectedLosses = CrossEntropyKernel.backward(&expected, labels: labels, scale: 0.25)
        var losses = [Double](repeating: 0, count: 4)
        var gradient = BrainFloatMatrix(undefinedRows: 4, columns: n)
        lora_brain_crossentropy_backward(
            path.code, logits.pointer, labels, 0.25, 4, n, &losses, gradient.mutablePointer())
        #expect(zip(losses, expectedLosses).allSatisfy { abs($0 - $1) < 1e-5 })
        expect(gradient, expected, "gradient")
    }

    /// Weights of a softmax are rounded before they multiply: 2⁻⁸ of sums of numbers up to 1, and up to √d for gradients.
    @Test(arguments: AttentionKernelTests.cases, KernelPath.available)
    func `attention and its gradient stay near those of 32 bits`(_ item: AttentionKernelTests.Case, _ path: KernelPath) {
        var (noise, kernel) = (Noise(17), item.kernel)
        let (queryRows, keyRows) = (item.spans.last!.queries.upperBound, item.spans.last!.keys.upperBound)
        let q = rounded(&noise, queryRows, item.queryHeads * item.headSize)
        let k = rounded(&noise, keyRows, item.keyHeads * item.headSize)
        let v = rounded(&noise, keyRows, item.keyHeads * item.headSize)
        let dOut = rounded(&noise, queryRows, item.queryHeads * item.headSize)
        let floats = [q, k, v, dOut].map { Matrix(widening: $0) }
        let expected = kernel.forward(queries: floats[0], keys: floats[1], values: floats[2], spans: item.spans)
        let expectedGradient = kernel.backward(
            floats[3], queries: floats[0], keys: floats[1], values: floats[2], out: expected.out, logSums: expected.logSums,
            spans: item.spans)
        let found = run(&kernel, item, path, [q, k, v, dOut])
        #expect(largestDifference(found.logSums, expected.logSums.values.map(Double.init)) < 1e-4)
        for (brains, matrix) in [
            (found.out, expected.out), (found.d[0], expectedGradient.queries), (found.d[1], expectedGradient.keys),
            (found.d[2], expectedGradient.values),
        ] {
            let largest = matrix.values.map(abs).max()!
            #expect(largestDifference(Matrix(widening: brains), matrix.values.map(Double.init)) < Double(largest) / 32)
        }
    }

    /// Both kernels on one path: q, k, v and dOut in, all results out.
    private func run(
        _ kernel: inout AttentionKernel, _ item: AttentionKernelTests.Case, _ path: KernelPath, _ inputs: [BrainFloatMatrix]
    ) -> (out: BrainFloatMatrix, logSums: Matrix, d: [BrainFloatMatrix]) {
        var shape = lora_attention(
            head_size: item.headSize, query_heads: item.queryHeads, key_heads: item.keyHeads, window: item.window ?? 0,
            scale: kernel.scale)
        var out = BrainFloatMatrix(undefinedRows: inputs[0].rows, columns: inputs[0].columns)
        var logSums = Matrix(rows: inputs[0].rows, columns: item.queryHeads)
        var d = inputs.prefix(3).map { BrainFloatMatrix(undefinedRows: $0.rows, columns: $0.columns) }
        let (o, l, places) = (out.mutablePointer(), logSums.mutablePointer(), (0..<3).map { d[$0].mutablePointer() })
        for var span in item.spans.map(\.code) {
            let scratch = MatrixStorage(count: lora_brain_attention_scratch(&shape, span.key_count) / 4 + 1)
            for head in 0..<item.queryHeads {
                lora_brain_attention_forward(
                    path.code, &shape, &span, head, inputs[0].pointer, inputs[1].pointer, inputs[2].pointer, o, l,
                    scratch.base)
            }
            for head in 0..<item.keyHeads {
                lora_brain_attention_backward(
                    path.code, &shape, &span, head, inputs[0].pointer, inputs[1].pointer, inputs[2].pointer, o, l,
                    inputs[3].pointer, places[0], places[1], places[2], scratch.base)
            }
        }
        return (out, logSums, d)
    }
}
