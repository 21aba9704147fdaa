import DurableFiles
import Foundation
import Llama
import StrictJSON
import Tensors

/// A base with an adapter folded in, written as a model folder that other programs load.
///
/// No more than some rows of a matrix stand in memory at a time.
public struct MergedModel: Sendable {
    public let weights: StreamedWeights
    private let parameters: [String: ModelParameter]
    /// What is written, in the order of the base's files.
    public let tensors: [TensorDescription]

    public init(_ weights: StreamedWeights, of model: ModelConfiguration) throws {
        self.weights = weights
        let matrices = model.parameters.filter { $0.role != .vector }
        parameters = Dictionary(uniqueKeysWithValues: matrices.map { ($0.name, $0) })
        let base = weights.tensors
        let quantized = matrices.map(\.name).filter { NF4Matrix.isStored($0, in: base) }
        let parts = Set(quantized.flatMap { NF4Matrix.parts(of: $0, in: base) })
        tensors = try base.fileNames.flatMap { base.entries(inFile: $0) }.filter { !parts.contains($0.name) }
            .map { [parameters] entry in
                TensorDescription(
                    entry.name, try weights.storedType(of: entry.name)?.dtype ?? entry.dtype,
                    shape: parameters[entry.name]?.shape ?? entry.shape)
            }
    }

    /// Of all tensors.
    public var byteCount: Int { tensors.reduce(0) { $0 + ($1.byteCount ?? 0) } }

    /// Fills a folder that nobody looks at yet: weights in files of at most `shardSize` bytes, their index, the base's configuration and
    /// tokenizer.
    ///
    /// - Parameter progress: hears how many bytes of weights are written, and may throw to stop.
    public func write(to folder: URL, shardSize: Int, progress: @escaping (Int) throws -> Void = { _ in }) throws {
        let shards = ModelShards(tensors, limit: shardSize)
        var written = 0
        for (name, shard) in shards.files {
            try SafetensorsWriter.write(shard, to: folder.appending(path: name)) { tensor in
                try progress(written)
                written += tensor.byteCount ?? 0
                return try pieces(of: tensor)
            }
        }
        try progress(written)
        let placed = shards.files.flatMap { name, shard in shard.map { (file: name, tensor: $0) } }
        try ModelFiles(base: weights.tensors.folder, type: statedType).write(to: folder, tensors: placed)
    }

    /// What config.json says of the type, where it must say something new.
    private var statedType: FloatType? {
        get throws {
            switch weights.rounding {
            case .to(let type): type
            case .none, .asStored:
                try parameters.keys.sorted().first { NF4Matrix.isStored($0, in: weights.tensors) }
                    .flatMap { try weights.storedType(of: $0) }
            }
        }
    }

    private func pieces(of tensor: TensorDescription) throws -> () throws -> Data? {
        let (name, base) = (tensor.name, weights.tensors)
        guard try !weights.isUnchanged(name), let type = FloatType(tensor.dtype) else { return try copy(of: name) }
        guard tensor.shape.count == 2 else {
            var whole: Data? = type.narrow(try base.float32(named: name, shape: nil))
            return { whole.take() }
        }
        var strips = try weights.strips(of: name, rows: tensor.shape[0], columns: tensor.shape[1])
        return { strips.next().map(type.narrow) }
    }

    /// As it lies in its file; what was read of it is given back piece by piece.
    private func copy(of name: String) throws -> () throws -> Data? {
        let base = weights.tensors
        var rest = try base.bytes(named: name)
        return {
            base.releasePages(of: name)
            guard !rest.isEmpty else { return nil }
            let piece = rest.prefix(Self.pieceSize)
            rest = rest.dropFirst(piece.count)
            return piece
        }
    }

    private static let pieceSize = 8 << 20
}
