import CKernels
import Foundation

/// The constants of AdamW with decoupled weight decay.
public struct AdamWSettings: Sendable, Hashable {
    public let beta1: Double
    public let beta2: Double
    public let epsilon: Double
    public let weightDecay: Double

    public init(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-8, weightDecay: Double = 0.01) {
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.weightDecay = weightDecay
    }

    /// The same for parameters that are not drawn to zero.
    public var withoutDecay: AdamWSettings {
        AdamWSettings(beta1: beta1, beta2: beta2, epsilon: epsilon, weightDecay: 0)
    }

    /// The kernel's constants at step t = 1, 2, …; computed in double precision and rounded once, as torch does.
    func constants(step t: Int, rate: Double) -> lora_adamw {
        lora_adamw(
            beta1: Float(beta1), beta2: Float(beta2), rest1: Float(1 - beta1), rest2: Float(1 - beta2),
            epsilon: Float(epsilon), keep: Float(1 - rate * weightDecay), step_size: Float(-rate / correction1(t)),
            correction2: Float(correction2(t)))
    }

    func scaledConstants(step t: Int, rate: Double) -> lora_adamw_scaled {
        lora_adamw_scaled(
            scaled_step: Float(-rate * correction2(t) / correction1(t)), scaled_epsilon: Float(epsilon * correction2(t)))
    }

    private func correction1(_ t: Int) -> Double { 1 - pow(beta1, Double(t)) }
    private func correction2(_ t: Int) -> Double { (1 - pow(beta2, Double(t))).squareRoot() }
}
