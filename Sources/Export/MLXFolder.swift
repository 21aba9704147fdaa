import DurableFiles
import Foundation
import Llama
import StrictJSON
import Tensors

/// An adapter in mlx-lm's folder form: adapter_config.json and adapters.safetensors with a [inputs, rank] and b [rank, outputs].
///
/// mlx-lm knows one rank and one scale for all pairs. Pairs whose scale differs have the ratio folded into b, which rounds its numbers
/// unless the ratio is a power of two; pairs whose rank differs are refused.
public struct MLXFolder {
    /// What folding changed: modules whose b was multiplied, and by what.
    public struct Folded: Sendable, Hashable {
        public let module: String
        public let factor: Double
    }

    private let source: ModelTensors
    private let configuration: LoRAConfiguration
    private let modules: [LinearModule]
    private let layerCount: Int
    private let rank: Int
    private let scale: Double
    private let baseModel: String?
    /// Empty when every number is kept.
    public let folded: [Folded]

    /// - Parameter folder: an adapter in PEFT's layout.
    /// - Throws: `MLXFolderError.ranks`, or what reading the folder throws.
    public init(converting folder: URL, for model: ModelConfiguration) throws {
        let read = try PEFTFolder(reading: folder, for: model)
        let pairs = read.adapter.pairs
        configuration = read.adapter.configuration
        modules = pairs.map(\.module)
        layerCount = model.layerCount
        baseModel = read.baseModel
        source = try ModelTensors(folder: folder, file: PEFTFolder.weightsFile)
        let ranks = Set(pairs.map(\.rank)).sorted()
        guard ranks.count == 1 else { throw MLXFolderError.ranks(folder: folder.path, ranks) }
        rank = ranks[0]
        let scales = try modules.map(configuration.scale(of:))
        // the commonest, so that the fewest numbers are touched; the first of equals
        let common = Dictionary(grouping: scales.indices) { scales[$0] }.max {
            ($0.value.count, -$0.value[0]) < ($1.value.count, -$1.value[0])
        }
        let scale = common?.key ?? scales[0]
        self.scale = scale
        folded = zip(modules, scales).filter { $0.1 != scale }.map { Folded(module: $0.0.path, factor: $0.1 / scale) }
    }

    /// Writes both files into a folder; the same adapter always gives the same bytes.
    public func write(to folder: URL) throws {
        let factors = Dictionary(folded.map { ($0.module, Float($0.factor)) }) { first, _ in first }
        var origins: [String: (name: String, module: LinearModule, isB: Bool)] = [:]
        for module in modules {
            origins[AdapterLayout.mlx.name(.a, of: module.path)] = (PEFTName.a(of: module.path), module, false)
            origins[AdapterLayout.mlx.name(.b, of: module.path)] = (PEFTName.b(of: module.path), module, true)
        }
        let descriptions = origins.compactMap { name, origin in
            source.entry(named: origin.name).map { TensorDescription(name, $0.dtype, shape: $0.shape.reversed()) }
        }
        try SafetensorsWriter.write(descriptions, to: folder.appending(path: AdapterLayout.mlx.weightsFile)) { tensor in
            guard let origin = origins[tensor.name] else { return Data() }
            var bytes = try source.bytes(named: origin.name)
            if origin.isB, let factor = factors[origin.module.path], let type = FloatType(tensor.dtype) {
                bytes = type.narrow(type.widen(bytes).map { $0 * factor })
            }
            return tensor.dtype.transposed(bytes, rows: tensor.shape[1], columns: tensor.shape[0])
        }
        let json = json.data(JSONLayout(indent: 4, sortsKeys: true))
        try DurableFile.write(json, to: folder.appending(path: AdapterLayout.configurationFile))
    }

    /// mlx-lm adapts the last layers, all linears of `keys` in them; those that have no tensors here stay as the base has them.
    private var json: JSONValue {
        let lowest = modules.map(\.layer).min() ?? 0
        let slots = Set(modules.map(\.slot))
        return [
            "fine_tune_type": "lora",
            "lora_parameters": [
                "rank": .integer(rank), "scale": .number(scale), "dropout": .number(configuration.dropout),
                "keys": .array(LinearSlot.allCases.filter(slots.contains).map { .string($0.rawValue) }),
            ],
            "model": baseModel.map { .string($0) } ?? .null,
            "num_layers": .integer(layerCount - lowest),
        ]
    }
}

/// Why an adapter has no form that mlx-lm loads.
public enum MLXFolderError: Error, Hashable {
    case ranks(folder: String, [Int])
}
