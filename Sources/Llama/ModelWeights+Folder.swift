import DurableFiles
import Foundation
import Tensors

extension LlamaModel {
    /// The model that these masters are, as it computes: a full fine-tune makes it anew after every step.
    public convenience init(_ form: ModelForm, masters: ModelWeights) throws {
        try self.init(form, MasterWeights(masters: masters, arithmetic: form.arithmetic), .fp32)
    }
}

extension ModelWeights {
    /// Reads every weight of a model folder, widened to 32 bits.
    ///
    /// - Throws: `ModelFolderError` and `SafetensorsError`; `ModelError.quantizedBase` for weights in 4 bits.
    public init(reading folder: URL, for model: ModelConfiguration) throws {
        let tensors = try ModelTensors(folder: folder)
        let reader = WeightReader(tensors: tensors, quantized: nil, precision: .fp32, arithmetic: .fp32)
        let parameters = model.parameters
        let matrices = try parameters.map { parameter in
            try Self.check(parameter, in: tensors)
            return parameter.role == .vector
                ? try reader.vector(parameter.name, count: parameter.columns)
                : try reader.matrix(parameter.name, parameter.rows, parameter.columns)
        }
        self.init(parameters, matrices)
    }

    /// Throws what reading the folder would, but for numbers that are not finite, without reading it.
    public static func check(_ folder: URL, for model: ModelConfiguration) throws {
        let tensors = try ModelTensors(folder: folder)
        for parameter in model.parameters { try check(parameter, in: tensors) }
    }

    private static func check(_ parameter: ModelParameter, in tensors: ModelTensors) throws {
        guard !NF4Matrix.isStored(parameter.name, in: tensors) else {
            throw ModelError.quantizedBase(folder: tensors.folder.url.path, tensor: parameter.name)
        }
        try tensors.check(parameter.name, shape: parameter.shape)
    }

    /// The type that a model folder stores its weights in.
    public static func storedType(of folder: URL) throws -> FloatType {
        let tensors = try ModelTensors(folder: folder)
        return tensors.entry(named: TensorName.embedding).flatMap { FloatType($0.dtype) } ?? .f32
    }

    /// Fills a folder that nobody looks at yet with a whole model: these weights, the base's configuration and its tokenizer.
    ///
    /// - Returns: the names of the weight files.
    @discardableResult
    public func write(
        to folder: URL, as type: FloatType, base: URL, shardSize: Int = ModelShards.standardSize
    ) throws -> [String] {
        let tensors = parameters.map { TensorDescription($0.name, type.dtype, shape: $0.shape) }
        let files = ModelShards(tensors, limit: shardSize).files
        for (name, shard) in files {
            try SafetensorsWriter.write(shard, to: folder.appending(path: name)) { try bytes(of: $0.name, type) }
        }
        let placed = files.flatMap { name, shard in shard.map { (file: name, tensor: $0) } }
        try ModelFiles(base: ModelFolder(base), type: type).write(to: folder, tensors: placed)
        return files.map(\.name)
    }

    /// The files of a folder that `write` filled.
    public static func files(in folder: URL) throws -> [String] { try ModelTensors(folder: folder).fileNames }

    private func bytes(of name: String, _ type: FloatType) throws -> Data {
        let bytes = type.narrow(self[name].values)
        // other types reach as far as the masters do
        if type == .f16, firstNonFinite(in: type.widen(bytes)) != nil { throw ModelError.overflows(tensor: name, type: type) }
        return bytes
    }
}
