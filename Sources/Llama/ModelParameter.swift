import Tensors

/// One weight of a model by the name that Hugging Face gives its tensor.
public struct ModelParameter: Sendable, Hashable {
    public enum Role: Sendable, Hashable {
        /// The table that tokens are looked up in; the head as well where the two are tied.
        case embedding
        case matrix
        /// A norm's weight or a bias.
        case vector
    }

    public let name: String
    public let role: Role
    /// 1 for a vector.
    public let rows: Int
    public let columns: Int

    public var count: Int { rows * columns }
    /// The shape of its tensor.
    public var shape: [Int] { role == .vector ? [columns] : [rows, columns] }
}

/// The names of tensors outside of blocks.
enum TensorName {
    static let embedding = "model.embed_tokens.weight"
    static let finalNorm = "model.norm.weight"
    static let head = "lm_head.weight"
}

extension LinearModule {
    /// The tensor of b.
    var biasName: String { path + ".bias" }

    fileprivate var parameters: [ModelParameter] {
        let weight = ModelParameter(name: weightName, role: .matrix, rows: outputs, columns: inputs)
        return hasBias ? [weight, .vector(biasName, outputs)] : [weight]
    }
}

extension ModelParameter {
    fileprivate static func vector(_ name: String, _ count: Int) -> ModelParameter {
        ModelParameter(name: name, role: .vector, rows: 1, columns: count)
    }
}

extension ModelConfiguration {
    /// Every weight, each once, in model order.
    public var parameters: [ModelParameter] {
        let table = ModelParameter(name: TensorName.embedding, role: .embedding, rows: vocabularySize, columns: hiddenSize)
        let head = ModelParameter(name: TensorName.head, role: .matrix, rows: vocabularySize, columns: hiddenSize)
        return [table] + (0..<layerCount).flatMap(parameters(ofLayer:)) + [.vector(TensorName.finalNorm, hiddenSize)]
            + (tiesWordEmbeddings ? [] : [head])
    }

    private func parameters(ofLayer layer: Int) -> [ModelParameter] {
        let path = "model.layers.\(layer)."
        let headNorms = ["self_attn.q_norm", "self_attn.k_norm"].map { ModelParameter.vector("\(path)\($0).weight", headSize) }
        let norms = ["input_layernorm", "post_attention_layernorm"]
            .map { ModelParameter.vector("\(path)\($0).weight", hiddenSize) }
        return LinearSlot.allCases.flatMap { linearModule($0, layer: layer).parameters } + (normalizesHeads ? headNorms : [])
            + norms
    }
}
