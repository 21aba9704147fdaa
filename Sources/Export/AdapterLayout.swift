import Foundation
import Tensors

/// The folder forms in which adapters travel.
public enum AdapterLayout: String, Sendable, Hashable, CaseIterable {
    /// `adapter_model.safetensors`, A [rank, inputs] and B [outputs, rank]: what PEFT, vLLM and TGI load.
    case peft
    /// `adapters.safetensors`, a [inputs, rank] and b [rank, outputs]: what mlx-lm loads.
    case mlx

    /// Both call it so.
    public static let configurationFile = "adapter_config.json"

    public var weightsFile: String {
        switch self {
        case .peft: "adapter_model.safetensors"
        case .mlx: "adapters.safetensors"
        }
    }

    /// The layout of a folder, told by its weights.
    ///
    /// - Throws: `ForeignAdapterError` when there are none, two, or only such as are never read.
    init(of folder: ModelFolder) throws {
        guard folder.exists else { throw ForeignAdapterError.noFolder(folder.url.path) }
        let found = Self.allCases.filter { folder.contains($0.weightsFile) }
        guard let layout = found.first else { throw try Self.absence(of: folder) }
        guard found.count == 1 else { throw ForeignAdapterError.twoLayouts(folder: folder.url.path) }
        self = layout
    }

    private static func absence(of folder: ModelFolder) throws -> ForeignAdapterError {
        let names = try folder.names()
        if names.contains("adapters.npz") { return .numpyArchive(folder: folder.url.path) }
        if let pickle = names.first(where: isPickle) { return .pickled(folder: folder.url.path, file: pickle) }
        return .noAdapter(folder: folder.url.path)
    }

    private static func isPickle(_ name: String) -> Bool {
        name.lowercased().hasPrefix("adapter")
            && [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle"].contains { name.hasSuffix($0) }
    }
}
