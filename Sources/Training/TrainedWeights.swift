import Foundation
import Llama
import Tensors

/// What a run changes: the pairs of an adapter over a frozen base, or every weight of the model. One of the two is there.
public struct TrainedWeights: Sendable, Hashable {
    public internal(set) var adapter: LoRAAdapter?
    public internal(set) var model: ModelWeights?

    public init(_ adapter: LoRAAdapter) { self.adapter = adapter }
    public init(_ model: ModelWeights) { self.model = model }
}

/// One trained tensor as the optimizer knows it.
public struct TrainedParameter: Sendable, Hashable {
    public let name: String
    public let count: Int
    public let role: ModelParameter.Role

    public init(name: String, count: Int, role: ModelParameter.Role = .matrix) {
        self.name = name
        self.count = count
        self.role = role
    }
}

extension TrainedWeights {
    /// In the order in which a step visits them.
    public var parameters: [TrainedParameter] {
        let pairs = adapter.map { zip($0.parameterNames, $0.pairs.flatMap { [$0.a.count, $0.b.count] }) }
        return (pairs?.map { TrainedParameter(name: $0, count: $1) } ?? [])
            + (model?.parameters.map { TrainedParameter(name: $0.name, count: $0.count, role: $0.role) } ?? [])
    }

    public var count: Int { parameters.reduce(0) { $0 + $1.count } }

    /// Zeros in the shape of these weights.
    func zeroGradients(on base: ModelConfiguration) -> LoRAGradients {
        adapter.map { LoRAGradients(for: $0) } ?? LoRAGradients(for: base)
    }

    mutating func update(with gradients: LoRAGradients, by optimizer: inout AdamW, rate: Double) {
        adapter?.updateParameters(with: gradients) { name, parameter, gradient in
            optimizer.update(name, &parameter, gradient: gradient, rate: rate)
        }
        guard let sums = gradients.model else { return }
        model?.update(with: sums) { parameter, weight, gradient in
            optimizer.update(parameter.name, &weight, gradient: gradient, rate: rate, role: parameter.role)
        }
    }
}

/// As folders: an adapter in PEFT's form, a model in Hugging Face's.
extension TrainedWeights {
    /// Reads what `write` wrote for a plan of that method.
    init(reading folder: URL, _ method: TrainingMethod, for base: ModelConfiguration) throws {
        self =
            method.trainsAdapter
            ? TrainedWeights(try PEFTFolder(reading: folder, for: base).adapter)
            : TrainedWeights(try ModelWeights(reading: folder, for: base))
    }

    /// Fills a folder that nobody looks at yet.
    ///
    /// - Parameter type: how a whole model is stored; adapters are stored in 32 bits.
    /// - Returns: the names of the files that decide what is read back, those of the weights first.
    func write(to folder: URL, over base: TrainingBaseFolder, as type: FloatType) throws -> [String] {
        if let adapter {
            let name = base.reference
            try PEFTFolder(adapter: adapter, baseModel: name.name, revision: name.revision).write(to: folder)
            return [PEFTFolder.weightsFile, PEFTFolder.configurationFile]
        }
        return try model.map { try $0.write(to: folder, as: type, base: base.folder) + ["config.json"] } ?? []
    }
}

/// The base of a run as folders name it.
public struct TrainingBaseFolder: Sendable {
    public let folder: URL
    public let reference: BaseReference

    public init(folder: URL, reference: BaseReference) {
        self.folder = folder
        self.reference = reference
    }
}
