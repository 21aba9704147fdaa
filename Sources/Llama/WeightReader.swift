import Tensors

/// Takes a model's tensors out of its folder by name, checks shape and numbers, and keeps them as asked.
struct WeightReader {
    let tensors: ModelTensors
    let precision: BasePrecision

    /// A norm's weight or a bias, [1, count].
    func vector(_ name: String, count: Int) throws -> Matrix {
        Matrix(rows: 1, columns: count, values: try finite(name, shape: [count]))
    }

    /// Embedding or head: never quantized. Kept in 16 bits where the file has brain floats, which loses nothing.
    func table(_ name: String, rows: Int, columns: Int) throws -> LinearWeight {
        let floats = try finite(name, shape: [rows, columns])
        if precision != .fp32, tensors.entry(named: name)?.dtype == .bf16 {
            return .bfloat16(BrainFloatMatrix(rounding: floats, rows: rows, columns: columns))
        }
        return .float32(Matrix(rows: rows, columns: columns, values: floats))
    }

    func linear(_ module: LinearModule) throws -> FrozenLinear {
        let bias = module.hasBias ? try vector(module.path + ".bias", count: module.outputs) : nil
        return FrozenLinear(module: module, weight: try weight(module), bias: bias)
    }

    func norm(_ name: String, count: Int, epsilon: Float) throws -> RMSNorm {
        RMSNorm(weight: try vector(name, count: count), epsilon: epsilon)
    }

    private func weight(_ module: LinearModule) throws -> LinearWeight {
        let name = module.path + ".weight"
        let (rows, columns) = (module.outputs, module.inputs)
        let isStoredIn4Bits = NF4Matrix.isStored(name, in: tensors)
        if precision == .nf4 {
            return .nf4(
                isStoredIn4Bits
                    ? try NF4Matrix(reading: name, from: tensors, rows: rows, columns: columns)
                    : try NF4Matrix(quantizing: name, of: tensors, rows: rows, columns: columns))
        }
        let floats =
            isStoredIn4Bits
            ? try NF4Matrix(reading: name, from: tensors, rows: rows, columns: columns).dequantized().values
            : try finite(name, shape: [rows, columns])
        return precision == .bf16
            ? .bfloat16(BrainFloatMatrix(rounding: floats, rows: rows, columns: columns))
            : .float32(Matrix(rows: rows, columns: columns, values: floats))
    }

    private func finite(_ name: String, shape: [Int]) throws -> [Float] {
        let floats = try tensors.float32(named: name, shape: shape)
        // the slower check names the element
        if firstNonFinite(in: floats) != nil { try tensors.checkFinite(name) }
        return floats
    }
}

extension Block {
    init(_ reader: WeightReader, _ configuration: ModelConfiguration, layer: Int) throws {
        let (path, epsilon) = ("model.layers.\(layer).", configuration.normEpsilon)
        func norm(_ name: String, count: Int) throws -> RMSNorm {
            try reader.norm(path + name + ".weight", count: count, epsilon: epsilon)
        }
        func linear(_ slot: LinearSlot) throws -> FrozenLinear {
            try reader.linear(configuration.linearModule(slot, layer: layer))
        }
        let headSize = configuration.headSize
        attentionNorm = try norm("input_layernorm", count: configuration.hiddenSize)
        feedForwardNorm = try norm("post_attention_layernorm", count: configuration.hiddenSize)
        attention = SelfAttention(
            query: try linear(.query), key: try linear(.key), value: try linear(.value), output: try linear(.output),
            queryNorm: configuration.normalizesHeads ? try norm("self_attn.q_norm", count: headSize) : nil,
            keyNorm: configuration.normalizesHeads ? try norm("self_attn.k_norm", count: headSize) : nil,
            rotates: configuration.layers[layer].rotates,
            kernel: AttentionKernel(
                headSize: headSize, queryHeads: configuration.headCount, keyHeads: configuration.keyValueHeadCount,
                window: configuration.layers[layer].window, scale: 1 / Float(headSize).squareRoot()))
        feedForward = FeedForward(gate: try linear(.gate), up: try linear(.up), down: try linear(.down))
    }
}
