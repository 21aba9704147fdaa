import Foundation
import Llama
import Tensors

/// What an adapter may be folded into; Δ = scale · B · A.
public enum MergeCandidate: String, Sendable, Hashable, CaseIterable {
    /// W + Δ, W as the base's folder stores it: what a merge gives that knows nothing of the training.
    case original
    /// W + Δ, W as 4 bits leave it: the base that a QLoRA adapter was trained on.
    case dequantized
    /// What is left of the sum that is faithful to the training when a server loads it in 4 bits.
    case requantized
}

/// A base, the form of it that an adapter was trained on, and the adapter: all that candidates are made of.
public struct MergeSources: Sendable {
    public let tensors: ModelTensors
    public let configuration: ModelConfiguration
    public let adapter: LoRAAdapter
    /// How the base's linears were kept in training.
    public let storage: BasePrecision
    /// Its linears in 4 bits, where training had them so and the folder has not.
    private let quantized: ModelTensors?
    /// What is written.
    public let rounding: StreamedWeights.Rounding

    /// - Parameters:
    ///   - workshop: where the base is quantized when no cache has room for it.
    public init(
        base: URL, configuration: ModelConfiguration, adapter: LoRAAdapter, storage: BasePrecision, cache: WeightCache?,
        workshop: URL, rounding: StreamedWeights.Rounding
    ) throws {
        let tensors = try ModelTensors(folder: base)
        self.tensors = tensors
        self.configuration = configuration
        self.adapter = adapter
        self.storage = storage
        self.rounding = rounding
        quantized =
            storage == .nf4 && !Self.isInFourBits(tensors, configuration)
            ? try cache?.tensors(of: configuration, in: tensors) ?? Self.quantize(tensors, configuration, in: workshop) : nil
    }

    private static let baseFile = "base.safetensors"
    private static let requantizedFile = "requantized.safetensors"

    private static func quantize(_ tensors: ModelTensors, _ model: ModelConfiguration, in folder: URL) throws -> ModelTensors {
        try StreamedWeights(tensors, rounding: .none)
            .quantize(model, to: folder.appending(path: baseFile), valueType: .f32)
        return try ModelTensors(folder: folder, file: baseFile)
    }

    private static func isInFourBits(_ tensors: ModelTensors, _ model: ModelConfiguration) -> Bool {
        model.linearModules.contains { NF4Matrix.isStored($0.path + ".weight", in: tensors) }
    }

    /// Those that this base and this adapter have.
    public var candidates: [MergeCandidate] {
        let isInFourBits = Self.isInFourBits(tensors, configuration)
        return (isInFourBits ? [] : [.original]) + (isInFourBits || storage == .nf4 ? [.dequantized] : []) + [.requantized]
    }

    /// The base that the adapter was trained on, without it.
    public func trainingBase() throws -> StreamedWeights {
        let keepsBrainFloats = storage == .bf16 && !Self.isInFourBits(tensors, configuration)
        return try StreamedWeights(tensors, quantized: quantized, rounding: keepsBrainFloats ? .to(.bf16) : .none)
    }

    /// - Parameter workshop: takes what is quantized anew.
    public func weights(of candidate: MergeCandidate, workshop: URL) throws -> StreamedWeights {
        switch candidate {
        case .original: return try StreamedWeights(tensors, adapter: adapter, rounding: rounding)
        case .dequantized: return try StreamedWeights(tensors, quantized: quantized, adapter: adapter, rounding: rounding)
        case .requantized:
            let faithful = try StreamedWeights(tensors, quantized: quantized, adapter: adapter, rounding: rounding)
            try faithful.quantize(configuration, to: workshop.appending(path: Self.requantizedFile))
            return try StreamedWeights(
                tensors, quantized: ModelTensors(folder: workshop, file: Self.requantizedFile), rounding: rounding)
        }
    }

    /// Bytes that a workshop takes: 4 bits for each number of a linear, its scales, and names.
    public func workshopBytes(for candidates: [MergeCandidate]) -> Int {
        guard candidates.contains(.requantized) else { return 0 }
        return configuration.linearModules.reduce(0) { $0 + $1.inputs * $1.outputs * 17 / 32 + 4096 }
    }
}
