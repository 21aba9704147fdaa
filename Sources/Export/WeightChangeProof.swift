import Llama
import Tensors

/// That a module's weight change `Δ = scale · B · A` is the same in two layouts.
///
/// Each Δ [outputs, inputs] is computed in 32-bit floats from its own file, in its own layout: `Δ = scale · B · A` of PEFT's,
/// `Δ = scale · bᵀ · aᵀ` of mlx-lm's.
public struct WeightChangeProof: Sendable, Hashable {
    public let module: String
    /// `max |Δ − Δ'| / max |Δ|`.
    public let difference: Double

    /// - Throws: `ForeignAdapterError.changed` when it is more than the rounding of sums of `rank` products explains.
    init(
        _ pair: ForeignAdapter.Pair, _ layout: AdapterLayout, of source: ModelTensors, in converted: ModelTensors,
        by configuration: LoRAConfiguration
    ) throws {
        let (rank, path) = (pair.rank, pair.module.path)
        let before = try Self.change(pair, layout, in: source, names: (pair.a, pair.b), scale: pair.scale)
        let after = try Self.change(
            pair, .peft, in: converted, names: (PEFTName.a(of: path), PEFTName.b(of: path)),
            scale: configuration.scale(of: pair.module))
        module = path
        difference = Self.difference(before.values, after.values)
        // each sum of `rank` products may be rounded `rank` times, and the scale once, at 2⁻²⁴ each
        let limit = Double(rank + 2) * 0x1p-23
        guard difference <= limit else {
            throw ForeignAdapterError.changed(module: path, difference: difference, limit: limit)
        }
    }

    private static func change(
        _ pair: ForeignAdapter.Pair, _ layout: AdapterLayout, in tensors: ModelTensors, names: (a: String, b: String),
        scale: Double
    ) throws -> Matrix {
        let (rank, module) = (pair.rank, pair.module)
        func matrix(_ name: String, _ rows: Int, _ columns: Int) throws -> Matrix {
            try tensors.matrix(named: name, rows: rows, columns: columns)
        }
        let term: Product.Term
        switch layout {
        case .peft:
            var b = try matrix(names.b, module.outputs, rank)
            b.scale(by: Float(scale))
            term = Product.Term(LeftOperand(.floats(b)), .matrix(.floats(try matrix(names.a, rank, module.inputs))))
        case .mlx:
            var b = try matrix(names.b, rank, module.outputs)
            b.scale(by: Float(scale))
            term = Product.Term(
                LeftOperand(transposed: .floats(b)), .transposed(.floats(try matrix(names.a, module.inputs, rank))))
        }
        return Product.floats(Product.Sum(term))
    }

    private static func difference(_ before: [Float], _ after: [Float]) -> Double {
        var (largest, apart): (Float, Float) = (0, 0)
        for index in before.indices {
            largest = max(largest, abs(before[index]))
            apart = max(apart, abs(before[index] - after[index]))
        }
        // NaN would pass a comparison of maxima
        guard before.indices.allSatisfy({ before[$0].isFinite && after[$0].isFinite }) else { return .infinity }
        return largest == 0 ? Double(apart) : Double(apart) / Double(largest)
    }
}
