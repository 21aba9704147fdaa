import Randomness
import Tensors

/// Which inputs of a LoRA pair are zeroed in one micro-step: a pure function of seed, step, micro-step, module and element, so
/// that recomputation and a resumed run draw the same.
struct DropoutMask: Sendable, Hashable {
    let probability: Float
    let key: UInt64

    init(probability: Float, at position: DropoutPosition, module: String) {
        self.probability = probability
        key = StableHash.of([position.seed, UInt64(position.step), UInt64(position.microStep)], module)
    }

    /// `x / (1 − p)` where kept, 0 where dropped. Its own transpose: gradients pass through it the same way.
    func apply(_ x: Matrix) -> Matrix { DropoutKernel.apply(x, probability: probability, key: key) }
    func apply(_ x: Activations) -> Activations {
        switch x {
        case .floats(let x): .floats(apply(x))
        case .brains(let x): .brains(DropoutKernel.apply(x, probability: probability, key: key))
        }
    }
}
