import Tensors

/// Which inputs of a LoRA pair are zeroed in one micro-step: a pure function of seed, step, micro-step, module and element, so
/// that recomputation and a resumed run draw the same.
struct DropoutMask: Sendable, Hashable {
    let probability: Float
    let key: UInt64

    init(probability: Float, at position: DropoutPosition, module: String) {
        self.probability = probability
        // FNV-1a over everything that tells masks apart
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for word in [position.seed, UInt64(position.step), UInt64(position.microStep)] {
            for shift in stride(from: 0, to: 64, by: 8) { hash = (hash ^ (word >> UInt64(shift) & 0xFF)) &* 0x100_0000_01B3 }
        }
        for byte in module.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        key = hash
    }

    /// `x / (1 − p)` where kept, 0 where dropped. Its own transpose: gradients pass through it the same way.
    func apply(_ x: Matrix) -> Matrix { DropoutKernel.apply(x, probability: probability, key: key) }
}
