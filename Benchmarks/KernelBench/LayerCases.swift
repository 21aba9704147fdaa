import CKernels

/// The shape of a layer's rows.
enum LayerShape {
    static let tokens = 1024
    static let hidden = 576
    static let intermediate = 1536
    static let vocabulary = 49_152
    /// Rows of logits that stand in memory at once.
    static let logitRows = 168
    static let headSize = 64
    static let heads = 9
}

extension KernelCase {
    static var layerCases: [KernelCase] { floatLayerCases + brainLayerCases }

    private typealias S = LayerShape

    private static var floatLayerCases: [KernelCase] {
        let row = S.tokens * S.hidden, wide = S.tokens * S.intermediate, logits = S.logitRows * S.vocabulary
        return [
            floats("rmsnorm_forward", [row], out: [row, S.tokens]) { path, x, y in
                lora_rmsnorm_forward(path, x[0], x[0], 1e-5, S.tokens, S.hidden, y[0], y[1])
            },
            floats("rmsnorm_backward", [row, row, S.tokens], out: [row]) { path, x, y in
                lora_rmsnorm_backward(path, x[0], x[1], x[1], x[2], S.tokens, S.hidden, y[0])
            },
            floats("rmsnorm_weight_gradient", [row, row, S.tokens], out: [S.hidden]) { path, x, y in
                lora_rmsnorm_weight_gradient(path, x[0], x[1], x[2], S.tokens, S.hidden, S.hidden, y[0])
            },
            floats("swiglu_forward", [wide, wide], out: [wide]) { path, x, y in
                lora_swiglu_forward(path, x[0], x[1], wide, y[0])
            },
            floats("swiglu_backward", [wide, wide, wide], out: [wide, wide]) { path, x, y in
                lora_swiglu_backward(path, x[0], x[1], x[2], wide, y[0], y[1])
            },
            crossEntropy("crossentropy_forward", bytes: 4 * logits) { path, logits, labels, losses, _ in
                lora_crossentropy_forward(path, logits, labels, S.logitRows, S.vocabulary, losses)
            },
            crossEntropy("crossentropy_backward", bytes: 8 * logits) { path, logits, labels, losses, _ in
                lora_crossentropy_backward(path, logits, labels, 1, S.logitRows, S.vocabulary, losses)
            },
            KernelCase("rotary", .bytes(8 * row), hasPaths: false) { _ in
                let x = Buffer<Float>(noise: row), table = Buffer<Float>(noise: S.tokens * S.headSize / 2)
                let positions = Buffer<Int32>(S.tokens) { Int32($0) }
                return {
                    lora_rotary(
                        x.base, table.base, table.base, positions.base, 1, S.tokens, S.heads, S.headSize, S.headSize)
                }
            },
            floats("dropout", [row], out: [row], hasPaths: false) { _, x, y in lora_dropout(x[0], 0.1, 7, row, y[0]) },
        ]
    }

    private static var brainLayerCases: [KernelCase] {
        let row = S.tokens * S.hidden, wide = S.tokens * S.intermediate, logits = S.logitRows * S.vocabulary
        return [
            KernelCase("brain_from_float", .bytes(6 * row)) { path in
                let x = Buffer<Float>(noise: row), y = Buffer<UInt16>(noise: row)
                return { lora_brain_from_float(path, x.base, row, y.base) }
            },
            KernelCase("brain_rmsnorm_forward", .bytes(6 * row)) { path in
                let x = Buffer<Float>(noise: row), y = Buffer<UInt16>(noise: row), s = Buffer<Float>(noise: S.tokens)
                return { lora_brain_rmsnorm_forward(path, x.base, x.base, 1e-5, S.tokens, S.hidden, y.base, s.base) }
            },
            KernelCase("brain_rmsnorm_backward", .bytes(14 * row)) { path in
                let dy = Buffer<Float>(noise: row), x = Buffer<UInt16>(noise: row), s = Buffer<Float>(noise: S.tokens)
                let dx = Buffer<Float>(zeros: row)
                return {
                    lora_brain_rmsnorm_backward(path, dy.base, x.base, dy.base, s.base, S.tokens, S.hidden, dx.base)
                }
            },
            brains("brain_heads_rmsnorm_forward", [row], out: [row], floats: S.tokens * S.heads) { path, x, y, s in
                lora_brain_heads_rmsnorm_forward(path, x[0], s, 1e-5, S.tokens * S.heads, S.headSize, y[0], s)
            },
            brains("brain_heads_rmsnorm_backward", [row, row], out: [row], floats: S.tokens * S.heads) { path, x, y, s in
                lora_brain_heads_rmsnorm_backward(path, x[0], x[1], s, s, S.tokens * S.heads, S.headSize, y[0])
            },
            brains("brain_swiglu_forward", [wide, wide], out: [wide]) { path, x, y, _ in
                lora_brain_swiglu_forward(path, x[0], x[1], wide, y[0])
            },
            brains("brain_swiglu_backward", [wide, wide, wide], out: [wide, wide, wide]) { path, x, y, _ in
                lora_brain_swiglu_backward(path, x[0], x[1], x[2], wide, y[0], y[1], y[2])
            },
            KernelCase("brain_rotary", .bytes(4 * row)) { path in
                let x = Buffer<UInt16>(noise: row), table = Buffer<Float>(noise: S.tokens * S.headSize / 2)
                let positions = Buffer<Int32>(S.tokens) { Int32($0) }
                return {
                    lora_brain_rotary(
                        path, x.base, table.base, table.base, positions.base, 1, S.tokens, S.heads, S.headSize, S.headSize)
                }
            },
            crossEntropy("brain_crossentropy_backward", bytes: 6 * logits) { path, logits, labels, losses, gradient in
                lora_brain_crossentropy_backward(path, logits, labels, 1, S.logitRows, S.vocabulary, losses, gradient)
            },
        ]
    }

    private typealias Floats = [UnsafeMutablePointer<Float>]

    private static func floats(
        _ name: String, _ inputs: [Int], out: [Int], hasPaths: Bool = true,
        _ body: @escaping @Sendable (lora_kernel_path, Floats, Floats) -> Void
    ) -> KernelCase {
        KernelCase(name, .bytes(4 * (inputs + out).reduce(0, +)), hasPaths: hasPaths) { path in
            let x = inputs.map { Buffer<Float>(noise: $0) }, y = out.map { Buffer<Float>(zeros: $0) }
            return { body(path, x.map(\.base), y.map(\.base)) }
        }
    }

    private typealias Brains = [UnsafeMutablePointer<UInt16>]

    private static func brains(
        _ name: String, _ inputs: [Int], out: [Int], floats: Int = 64,
        _ body: @escaping @Sendable (lora_kernel_path, Brains, Brains, UnsafeMutablePointer<Float>) -> Void
    ) -> KernelCase {
        KernelCase(name, .bytes(2 * (inputs + out).reduce(0, +))) { path in
            let x = inputs.map { Buffer<UInt16>(noise: $0) }, y = out.map { Buffer<UInt16>(noise: $0) }
            let s = Buffer<Float>(noise: floats)
            return { body(path, x.map(\.base), y.map(\.base), s.base) }
        }
    }

    private typealias CrossEntropy =
        @Sendable (
            lora_kernel_path, UnsafeMutablePointer<Float>, UnsafePointer<Int32>, UnsafeMutablePointer<Double>,
            UnsafeMutablePointer<UInt16>
        ) -> Void

    private static func crossEntropy(_ name: String, bytes: Int, _ body: @escaping CrossEntropy) -> KernelCase {
        KernelCase(name, .bytes(bytes)) { path in
            let count = S.logitRows * S.vocabulary
            let logits = Buffer<Float>(noise: count), gradient = Buffer<UInt16>(noise: count)
            let labels = Buffer<Int32>(S.logitRows) { Int32($0) }, losses = Buffer<Double>(S.logitRows) { _ in 0 }
            return { body(path, logits.base, labels.base, losses.base, gradient.base) }
        }
    }
}
