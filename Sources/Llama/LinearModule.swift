/// The place of a linear inside a block. Raw values are the module paths below `model.layers.N.`.
public enum LinearSlot: String, Sendable, Hashable, CaseIterable {
    case query = "self_attn.q_proj"
    case key = "self_attn.k_proj"
    case value = "self_attn.v_proj"
    case output = "self_attn.o_proj"
    case gate = "mlp.gate_proj"
    case up = "mlp.up_proj"
    case down = "mlp.down_proj"
}

/// One frozen linear of a model, `y = x · Wᵀ + b`, W [outputs, inputs], and a possible place for a LoRA pair.
public struct LinearModule: Sendable, Hashable {
    public let layer: Int
    public let slot: LinearSlot
    public let outputs: Int
    public let inputs: Int
    public let hasBias: Bool

    /// The module path in the Hugging Face model, for example `model.layers.0.self_attn.q_proj`.
    public var path: String { "model.layers.\(layer).\(slot.rawValue)" }
}

extension ModelConfiguration {
    /// Every linear except the head, in model order: the places where LoRA pairs may stand.
    public var linearModules: [LinearModule] {
        (0..<layerCount).flatMap { layer in LinearSlot.allCases.map { linearModule($0, layer: layer) } }
    }

    func linearModule(_ slot: LinearSlot, layer: Int) -> LinearModule {
        let (outputs, inputs, hasBias) =
            switch slot {
            case .query: (headCount * headSize, hiddenSize, biases.queryKeyValue)
            case .key, .value: (keyValueHeadCount * headSize, hiddenSize, biases.queryKeyValue)
            case .output: (hiddenSize, headCount * headSize, biases.attentionOutput)
            case .gate, .up: (intermediateSize, hiddenSize, biases.feedForward)
            case .down: (hiddenSize, intermediateSize, biases.feedForward)
            }
        return LinearModule(layer: layer, slot: slot, outputs: outputs, inputs: inputs, hasBias: hasBias)
    }
}
