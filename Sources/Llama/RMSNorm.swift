import Tensors

/// `y = w · x / √(mean(x²) + ε)` over rows, or over the heads of each row when w is one head long.
struct RMSNorm: Sendable {
    /// That of the tensor.
    let name: String
    /// [1, n]
    let weight: Matrix
    let epsilon: Float

    struct Saved: Sendable {
        /// Rounded where the arithmetic is in brain floats: only a gradient is made from it.
        let x: Activations
        /// `1 / √(mean(x²) + ε)` of each row.
        let inverse: Matrix
    }

    /// x, the residual stream, is in 32 bits in any case.
    func forward(_ x: Matrix, _ arithmetic: Arithmetic) -> (y: Activations, saved: Saved) {
        switch arithmetic {
        case .fp32:
            let (y, inverse) = RMSNormKernel.forward(x, weight: weight, epsilon: epsilon)
            return (.floats(y), Saved(x: .floats(x), inverse: inverse))
        case .bf16:
            let (y, inverse) = RMSNormKernel.brains(x, weight: weight, epsilon: epsilon)
            return (.brains(y), Saved(x: Activations(x, .bf16), inverse: inverse))
        }
    }

    /// y alone, where no gradient is wanted.
    func normed(_ x: Matrix, _ arithmetic: Arithmetic) -> Activations {
        switch arithmetic {
        case .fp32: .floats(RMSNormKernel.forward(x, weight: weight, epsilon: epsilon).y)
        case .bf16: .brains(RMSNormKernel.brains(x, weight: weight, epsilon: epsilon).y)
        }
    }

    /// Adds the gradient of w where the model itself is trained; a longer row counts as several heads.
    func accumulate(_ dy: @autoclosure () -> Matrix, saved: Saved, into gradients: inout LoRAGradients) {
        gradients.add(to: name) { sum in
            RMSNormKernel.addWeightGradient(dy(), x: saved.x.matrix, inverse: saved.inverse, to: &sum)
        }
    }

    /// Adds the gradient of x to `dx`.
    func backward(_ dy: Matrix, saved: Saved, addingTo dx: inout Matrix) {
        switch saved.x {
        case .floats(let x): RMSNormKernel.backward(dy, x: x, weight: weight, inverse: saved.inverse, addingTo: &dx)
        case .brains(let x): RMSNormKernel.backward(dy, x: x, weight: weight, inverse: saved.inverse, addingTo: &dx)
        }
    }

    /// The norm of the heads of queries or keys.
    func forwardHeads(_ x: Activations) -> (y: Activations, saved: Saved) {
        switch x {
        case .floats(let matrix): return forward(matrix, .fp32)
        case .brains(let matrix):
            let (y, inverse) = RMSNormKernel.heads(matrix, weight: weight, epsilon: epsilon)
            return (.brains(y), Saved(x: x, inverse: inverse))
        }
    }

    /// The gradient of heads in memory of its own.
    func backwardHeads(_ dy: Activations, saved: Saved) -> Activations {
        switch (dy, saved.x) {
        case (.brains(let dy), .brains(let x)):
            return .brains(RMSNormKernel.headsBackward(dy, x: x, weight: weight, inverse: saved.inverse))
        default:
            var dx = Matrix(rows: dy.rows, columns: dy.columns)
            backward(dy.matrix, saved: saved, addingTo: &dx)
            return .floats(dx)
        }
    }
}
