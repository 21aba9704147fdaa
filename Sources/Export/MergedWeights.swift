import DurableFiles
import Foundation
import Llama
import StrictJSON
import Tensors

/// A base with an adapter folded in: W + scale · B · A in place of each adapted W, everything else as it was.
///
/// Sums are made in float32 and rounded once to the type they are stored in.
public struct MergedWeights: Sendable {
    public let base: ModelTensors
    public let adapter: LoRAAdapter
    /// What floating-point tensors become; nil keeps the type of each.
    public let type: FloatType?
    private let pairs: [String: LoRAPair]

    /// - Throws: `MergeError` when the base is stored in 4 bits, `ModelFolderError` when an adapted weight is missing or has another shape.
    public init(base folder: URL, adapter: LoRAAdapter, storedAs type: FloatType? = nil) throws {
        base = try ModelTensors(folder: folder)
        self.adapter = adapter
        self.type = type
        pairs = Dictionary(uniqueKeysWithValues: adapter.pairs.map { ($0.module.path + ".weight", $0) })
        for pair in adapter.pairs {
            let name = pair.module.path + ".weight"
            guard !NF4Matrix.isStored(name, in: base) else { throw MergeError.quantizedBase(folder: folder.path, tensor: name) }
            try base.check(name, shape: [pair.module.outputs, pair.module.inputs])
        }
    }

    /// The names of the tensors that the adapter changes, in model order.
    public var changedNames: [String] { adapter.pairs.map { $0.module.path + ".weight" } }

    /// W + scale · B · A of one module [outputs, inputs].
    public func merged(_ pair: LoRAPair) throws -> Matrix {
        let name = pair.module.path + ".weight"
        var weight = try base.matrix(named: name, rows: pair.module.outputs, columns: pair.module.inputs)
        var scaled = pair.b
        scaled.scale(by: pair.scale)
        Product.add(Product.Sum(Product.Term(LeftOperand(.floats(scaled)), .matrix(.floats(pair.a)))), to: &weight)
        guard weight.isFinite else { throw MergeError.notFinite(tensor: name) }
        return weight
    }

    /// Writes a model folder: the base's shards with merged weights, its index, its configuration and tokenizer files.
    ///
    /// The folder appears whole or not at all. One tensor is held in memory at a time.
    public func write(to folder: URL) throws {
        try Self.checkIsNewOrEmpty(folder)
        try DurableFile.publishing(folder) { draft in
            for file in base.fileNames { try write(file, to: draft) }
            try ModelFiles(base: base.folder, type: type).write(to: draft, tensors: descriptions)
        }
    }

    private func write(_ file: String, to draft: URL) throws {
        try SafetensorsWriter.write(
            base.entries(inFile: file).map(description), to: draft.appending(path: file), bytes: bytes)
    }

    private func bytes(_ tensor: TensorDescription) throws -> Data {
        guard let stored = FloatType(tensor.dtype) else { return try base.bytes(named: tensor.name) }
        if let pair = pairs[tensor.name] { return stored.narrow(try merged(pair).values) }
        guard base.entry(named: tensor.name)?.dtype != tensor.dtype else { return try base.bytes(named: tensor.name) }
        return stored.narrow(try base.float32(named: tensor.name, shape: nil))
    }

    private func description(_ entry: TensorEntry) -> TensorDescription {
        let isFloat = FloatType(entry.dtype) != nil
        return TensorDescription(entry.name, isFloat ? type?.dtype ?? entry.dtype : entry.dtype, shape: entry.shape)
    }

    /// Every tensor to be written and its file.
    private var descriptions: [(file: String, tensor: TensorDescription)] {
        base.fileNames.flatMap { file in base.entries(inFile: file).map { (file, description($0)) } }
    }

    private static func checkIsNewOrEmpty(_ folder: URL) throws {
        guard FileManager.default.fileExists(atPath: folder.path) else { return }
        guard try ModelFolder(folder).names().isEmpty else { throw MergeError.targetNotEmpty(folder.path) }
    }
}
