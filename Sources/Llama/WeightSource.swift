import Tensors

/// Where a model takes its weights from.
protocol WeightSource {
    /// A norm's weight or a bias, [1, count].
    func vector(_ name: String, count: Int) throws -> Matrix
    /// Embedding or head.
    func table(_ name: String, rows: Int, columns: Int) throws -> LinearWeight
    func linear(_ module: LinearModule) throws -> FrozenLinear
}

extension WeightSource {
    func norm(_ name: String, count: Int, epsilon: Float) throws -> RMSNorm {
        RMSNorm(name: name, weight: try vector(name, count: count), epsilon: epsilon)
    }
}

/// The masters of a full fine-tune as products take them: themselves, or rounded to brain floats.
struct MasterWeights: WeightSource {
    let masters: ModelWeights
    let arithmetic: Arithmetic

    func vector(_ name: String, count: Int) -> Matrix { masters[name] }

    func table(_ name: String, rows: Int, columns: Int) -> LinearWeight { weight(name) }

    func linear(_ module: LinearModule) -> FrozenLinear {
        FrozenLinear(
            module: module, weight: weight(module.weightName), bias: module.hasBias ? masters[module.biasName] : nil)
    }

    private func weight(_ name: String) -> LinearWeight {
        arithmetic == .fp32 ? .float32(masters[name]) : .bfloat16(BrainFloatMatrix(rounding: masters[name]))
    }
}
