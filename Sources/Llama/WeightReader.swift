import Tensors

/// Takes a model's tensors out of its folder by name, checks shape and numbers, and keeps them as asked.
struct WeightReader: WeightSource {
    let tensors: ModelTensors
    /// The linears, quantized before; their presence says that the tables were looked through as well.
    let quantized: ModelTensors?
    let precision: BasePrecision
    let arithmetic: Arithmetic

    /// A norm's weight or a bias, [1, count].
    func vector(_ name: String, count: Int) throws -> Matrix {
        Matrix(rows: 1, columns: count, values: try finite(name, shape: [count]))
    }

    /// Embedding or head: never quantized. Brain floats where the file has them, which loses nothing, or where products need them.
    func table(_ name: String, rows: Int, columns: Int) throws -> LinearWeight {
        let isBrainFloat = tensors.entry(named: name)?.dtype == .bf16
        if arithmetic == .bf16 || (precision != .fp32 && isBrainFloat) {
            return .bfloat16(
                try tensors.brainFloats(named: name, rows: rows, columns: columns, isKnownFinite: quantized != nil))
        }
        return .float32(try matrix(name, rows, columns))
    }

    func linear(_ module: LinearModule) throws -> FrozenLinear {
        let bias = module.hasBias ? try vector(module.biasName, count: module.outputs) : nil
        return FrozenLinear(module: module, weight: try weight(module), bias: bias)
    }

    /// Whether a linear is used where it lies in a file.
    func isMapped(_ module: LinearModule) throws -> Bool {
        switch precision {
        case .nf4: quantized != nil || NF4Matrix.isStored(module.weightName, in: tensors)
        case .bf16: try tensors.mapsBrainFloats(named: module.weightName, rows: module.outputs, columns: module.inputs)
        case .fp32: false
        }
    }

    private func weight(_ module: LinearModule) throws -> LinearWeight {
        let name = module.weightName
        let (rows, columns) = (module.outputs, module.inputs)
        let isStoredIn4Bits = NF4Matrix.isStored(name, in: tensors)
        if precision == .nf4 {
            if let stored = isStoredIn4Bits ? tensors : quantized {
                return .nf4(try NF4Matrix(reading: name, from: stored, rows: rows, columns: columns))
            }
            return .nf4(try NF4Matrix(quantizing: name, of: tensors, rows: rows, columns: columns))
        }
        if isStoredIn4Bits {
            let decoded = try NF4Matrix(reading: name, from: tensors, rows: rows, columns: columns).dequantized()
            return precision == .bf16 ? .bfloat16(BrainFloatMatrix(rounding: decoded)) : .float32(decoded)
        }
        return precision == .bf16
            ? .bfloat16(try tensors.brainFloats(named: name, rows: rows, columns: columns))
            : .float32(try matrix(name, rows, columns))
    }

    func matrix(_ name: String, _ rows: Int, _ columns: Int) throws -> Matrix {
        let matrix = try tensors.matrix(named: name, rows: rows, columns: columns)
        // the slower check names the element
        if !matrix.isFinite { try tensors.checkFinite(name) }
        return matrix
    }

    private func finite(_ name: String, shape: [Int]) throws -> [Float] {
        let floats = try tensors.float32(named: name, shape: shape)
        // the slower check names the element
        if firstNonFinite(in: floats) != nil { try tensors.checkFinite(name) }
        return floats
    }
}

extension Block {
    init(_ source: some WeightSource, _ configuration: ModelConfiguration, layer: Int) throws {
        let (path, epsilon) = ("model.layers.\(layer).", configuration.normEpsilon)
        func norm(_ name: String, count: Int) throws -> RMSNorm {
            try source.norm(path + name + ".weight", count: count, epsilon: epsilon)
        }
        func linear(_ slot: LinearSlot) throws -> FrozenLinear {
            try source.linear(configuration.linearModule(slot, layer: layer))
        }
        let headSize = configuration.headSize
        attentionNorm = try norm("input_layernorm", count: configuration.hiddenSize)
        feedForwardNorm = try norm("post_attention_layernorm", count: configuration.hiddenSize)
        attention = SelfAttention(
            entry: LinearGroup(linears: [try linear(.query), try linear(.key), try linear(.value)]),
            output: LinearGroup(linears: [try linear(.output)]),
            queryNorm: configuration.normalizesHeads ? try norm("self_attn.q_norm", count: headSize) : nil,
            keyNorm: configuration.normalizesHeads ? try norm("self_attn.k_norm", count: headSize) : nil,
            rotates: configuration.layers[layer].rotates,
            kernel: AttentionKernel(
                headSize: headSize, queryHeads: configuration.headCount, keyHeads: configuration.keyValueHeadCount,
                window: configuration.layers[layer].window, scale: 1 / Float(headSize).squareRoot()))
        feedForward = FeedForward(gate: try linear(.gate), up: try linear(.up), down: try linear(.down))
    }
}
