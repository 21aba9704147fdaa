import DurableFiles
import Faults
import Foundation
import StrictJSON
import Tensors

/// An adapter in PEFT's folder form: adapter_config.json and adapter_model.safetensors.
public struct PEFTFolder: Sendable {
    public static let configurationFile = "adapter_config.json"
    public static let weightsFile = "adapter_model.safetensors"

    public let adapter: LoRAAdapter
    /// `base_model_name_or_path`: informational.
    public let baseModel: String?
    /// The revision of the base.
    public let revision: String?

    public init(adapter: LoRAAdapter, baseModel: String?, revision: String?) {
        self.adapter = adapter
        self.baseModel = baseModel
        self.revision = revision
    }

    /// Reads a folder strictly: both halves of every pair, shapes equal to the base's, finite numbers, no foreign tensors.
    ///
    /// - Throws: `ConfigurationError`, `AdapterError`, and `ModelFolderError` or `SafetensorsError` for the weights.
    public init(reading folder: URL, for model: ModelConfiguration) throws {
        let file = try ModelFolder(folder).file(named: Self.configurationFile)
        let reader = try ConfigurationReader(contentsOf: file)
        let configuration = try LoRAConfiguration(reader, for: model)
        let tensors = try ModelTensors(folder: folder, file: Self.weightsFile)
        let modules = try configuration.chosenModules(of: model)
        try Self.refuseForeign(tensors, modules, file: folder.appending(path: Self.weightsFile).path)
        adapter = LoRAAdapter(
            configuration: configuration, pairs: try modules.map { try Self.pair($0, configuration, tensors) })
        baseModel = try reader.string("base_model_name_or_path")
        revision = try reader.string("revision")
    }

    private static func pair(
        _ module: LinearModule, _ configuration: LoRAConfiguration, _ tensors: ModelTensors
    ) throws -> LoRAPair {
        func half(_ name: String, rows: Int, columns: Int) throws -> Matrix {
            let floats = try tensors.float32(named: name, shape: [rows, columns])
            if firstNonFinite(in: floats) != nil { try tensors.checkFinite(name) }
            return Matrix(rows: rows, columns: columns, values: floats)
        }
        let rank = try configuration.rank(of: module)
        return LoRAPair(
            module: module, a: try half(PEFTName.a(of: module.path), rows: rank, columns: module.inputs),
            b: try half(PEFTName.b(of: module.path), rows: module.outputs, columns: rank),
            scale: Float(try configuration.scale(of: module)))
    }

    private static func refuseForeign(_ tensors: ModelTensors, _ modules: [LinearModule], file: String) throws {
        let expected = Set(modules.flatMap { [PEFTName.a(of: $0.path), PEFTName.b(of: $0.path)] })
        guard let foreign = tensors.names.first(where: { !expected.contains($0) }) else { return }
        throw AdapterError.foreignTensor(foreign, file: file, nearest: nearestName(to: foreign, among: expected.sorted()))
    }

    /// Writes both files durably, tensors in 32-bit floats: the same adapter always gives the same bytes.
    public func write(to folder: URL) throws {
        try DurableFile.makeFolder(folder)
        let tensors = adapter.pairs.flatMap { pair in
            [(PEFTName.a(of: pair.module.path), pair.a), (PEFTName.b(of: pair.module.path), pair.b)].map { name, matrix in
                NamedTensor(name, shape: [matrix.rows, matrix.columns], floats: matrix.values)
            }
        }
        try SafetensorsWriter.write(tensors, to: folder.appending(path: Self.weightsFile))
        let configuration = adapter.configuration.data(
            modules: adapter.pairs.map(\.module), baseModel: baseModel, revision: revision)
        try DurableFile.write(configuration, to: folder.appending(path: Self.configurationFile))
    }
}
