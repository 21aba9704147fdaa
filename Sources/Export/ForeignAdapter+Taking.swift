import Digests
import DurableFiles
import Foundation
import Llama
import Tensors

/// What became of a foreign adapter in PEFT's layout.
public struct TakenAdapter: Sendable {
    /// The files that it was made from, the weights last.
    public let sources: [ForeignAdapter.SourceFile]
    /// The written weights.
    public let weights: (size: Int, digest: ContentDigest)
    /// How far each module's weight change is from the folder's; empty where the bytes are the same.
    public let proof: [WeightChangeProof]

    public var largestDifference: Double { proof.map(\.difference).max() ?? 0 }
}

extension ForeignAdapter {
    /// - Throws: `ModelFolderError` for numbers that are not finite.
    public func requireFinite() throws {
        for name in pairs.flatMap({ [$0.a, $0.b] }) { try weights.checkFinite(name) }
    }

    /// Writes the adapter in PEFT's layout: the bytes as they are where that is its layout, else turned, never rounded.
    ///
    /// The weights are copied first, and everything is checked again in the copy: who writes to the folder meanwhile changes nothing
    /// that was checked.
    ///
    /// - Parameters:
    ///   - target: an empty folder that nobody looks at yet.
    ///   - workshop: a folder on the same file system for the copy of weights that are converted.
    /// - Throws: `ForeignAdapterError.replaced` or `.changed`, `ModelFolderError` for numbers that are not finite, `FileError`.
    public func take(into target: URL, workshop: URL, baseModel: String?, revision: String?) throws -> TakenAdapter {
        let source = try folder.file(named: layout.weightsFile)
        let copy = (isVerbatim ? target : workshop).appending(path: isVerbatim ? PEFTFolder.weightsFile : layout.weightsFile)
        let (size, digest) = try FileBytes.copy(source, to: copy)
        let copied = try ModelTensors(folder: copy.deletingLastPathComponent(), file: copy.lastPathComponent)
        try requireUnchanged(copied, source)
        for name in pairs.flatMap({ [$0.a, $0.b] }) { try copied.checkFinite(name) }
        let data = configuration.data(modules: pairs.map(\.module), baseModel: baseModel, revision: revision)
        try DurableFile.write(data, to: target.appending(path: PEFTFolder.configurationFile))
        let sources = [configurationSource, SourceFile(name: layout.weightsFile, size: size, digest: digest)]
        guard !isVerbatim else { return TakenAdapter(sources: sources, weights: (size, digest), proof: []) }
        let written = target.appending(path: PEFTFolder.weightsFile)
        try convert(copied, to: written)
        let converted = try ModelTensors(folder: target, file: PEFTFolder.weightsFile)
        let proof = try pairs.map { try WeightChangeProof($0, layout, of: copied, in: converted, by: configuration) }
        return TakenAdapter(
            sources: sources, weights: (try FileStamp(of: written).size, try ContentDigest(ofFile: written)), proof: proof)
    }

    private func requireUnchanged(_ copied: ModelTensors, _ source: URL) throws {
        let same =
            copied.names == weights.names && copied.names.allSatisfy { copied.entry(named: $0) == weights.entry(named: $0) }
        guard same else { throw ForeignAdapterError.replaced(file: source.path) }
    }

    private func convert(_ source: ModelTensors, to file: URL) throws {
        var origins: [String: (name: String, entry: TensorEntry)] = [:]
        for pair in pairs {
            for (ours, name) in [(PEFTName.a(of: pair.module.path), pair.a), (PEFTName.b(of: pair.module.path), pair.b)] {
                origins[ours] = source.entry(named: name).map { (name, $0) }
            }
        }
        let descriptions = origins.map { name, origin in
            TensorDescription(
                name, origin.entry.dtype, shape: layout == .mlx ? origin.entry.shape.reversed() : origin.entry.shape)
        }
        try SafetensorsWriter.write(descriptions, to: file) { tensor in
            guard let origin = origins[tensor.name] else { return Data() }
            let bytes = try source.bytes(named: origin.name)
            guard layout == .mlx else { return bytes }
            return tensor.dtype.transposed(bytes, rows: origin.entry.shape[0], columns: origin.entry.shape[1])
        }
    }
}
