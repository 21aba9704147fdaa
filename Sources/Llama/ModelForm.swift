import Foundation
import Tensors

/// All of a model but its weights.
public struct ModelForm: Sendable {
    public let configuration: ModelConfiguration
    public let arithmetic: Arithmetic
    /// Where config.json was read from.
    public let folder: URL
    /// Every end token of generation_config.json and config.json.
    public let stopTokens: Set<Int32>

    /// - Throws: `ConfigurationError`.
    public init(folder: URL, arithmetic: Arithmetic) throws {
        configuration = try ModelConfiguration(folder: folder)
        self.arithmetic = arithmetic
        self.folder = folder
        let file = folder.appending(path: "generation_config.json")
        let generation =
            FileManager.default.fileExists(atPath: file.path)
            ? try ConfigurationReader(contentsOf: file).tokens("eos_token_id") : []
        stopTokens = Set(generation).union(configuration.endTokens)
    }
}
