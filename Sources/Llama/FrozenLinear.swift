import Tensors

/// One linear of the base, `y = x · Wᵀ + b`. W and b never change, so their gradients are never formed.
struct FrozenLinear: Sendable {
    let module: LinearModule
    let weight: LinearWeight
    /// [1, outputs]
    let bias: Matrix?
}
