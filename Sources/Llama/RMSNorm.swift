import Tensors

/// `y = w · x / √(mean(x²) + ε)` over rows, or over the heads of each row when w is one head long.
struct RMSNorm: Sendable {
    /// [1, n]
    let weight: Matrix
    let epsilon: Float

    struct Saved: Sendable {
        let x: Matrix
        /// `1 / √(mean(x²) + ε)` of each row.
        let inverse: Matrix
    }

    func forward(_ x: Matrix) -> (y: Matrix, saved: Saved) {
        let (y, inverse) = RMSNormKernel.forward(x, weight: weight, epsilon: epsilon)
        return (y, Saved(x: x, inverse: inverse))
    }

    /// Adds the gradient of x to `dx`; w is frozen.
    func backward(_ dy: Matrix, saved: Saved, addingTo dx: inout Matrix) {
        RMSNormKernel.backward(dy, x: saved.x, weight: weight, inverse: saved.inverse, addingTo: &dx)
    }

    /// The gradient of x in memory of its own.
    func backward(_ dy: Matrix, saved: Saved) -> Matrix {
        var dx = Matrix(rows: dy.rows, columns: dy.columns)
        backward(dy, saved: saved, addingTo: &dx)
        return dx
    }
}
