import Llama
import Tensors

/// AdamW over the parameters of a run: one state per name, each with its own step count, as torch keeps them.
///
/// Weight decay leaves biases and norms alone, and an embedding table keeps its moments in 32 bits, as transformers' Trainer asks of
/// torch and bitsandbytes.
///
/// ```
/// adapter.updateParameters(with: gradients) { optimizer.update($0, &$1, gradient: $2, rate: rate) }
/// ```
public struct AdamW: Sendable, Hashable {
    /// The moments of one parameter and the steps it has taken.
    struct State: Sendable, Hashable {
        var step: Int
        var moments: AdamWMoments

        mutating func advance(_ parameter: inout Matrix, gradient: Matrix, rate: Double, settings: AdamWSettings) {
            step += 1
            moments.update(&parameter, gradient: gradient, step: step, rate: rate, settings: settings)
        }
    }

    public let precision: OptimizerName
    public let settings: AdamWSettings
    var states: [String: State] = [:]

    public init(_ precision: OptimizerName, settings: AdamWSettings = AdamWSettings()) {
        self.precision = precision
        self.settings = settings
    }

    /// Moves one parameter by one step. Its moments begin at zero and live in 8 or 32 bits, as `precision`, size and role decide.
    public mutating func update(
        _ name: String, _ parameter: inout Matrix, gradient: Matrix, rate: Double, role: ModelParameter.Role = .matrix
    ) {
        // Mutated in place: taking the state out and putting it back would copy the moments.
        states[name, default: State(step: 0, moments: Self.zero(precision, count: parameter.count, role: role))]
            .advance(&parameter, gradient: gradient, rate: rate, settings: role == .vector ? settings.withoutDecay : settings)
    }

    static func zero(_ precision: OptimizerName, count: Int, role: ModelParameter.Role) -> AdamWMoments {
        switch precision {
        case .adamW: .float32(count: count)
        case .adamW8bit: role == .embedding ? .scaled32(FloatMoments(count: count)) : .eightBit(count: count)
        }
    }
}
