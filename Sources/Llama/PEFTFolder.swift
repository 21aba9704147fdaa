import Foundation

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

    /// Reads a folder strictly: both halves of every pair, shapes equal to the base's, no foreign tensors.
    public init(reading folder: URL, for model: ModelConfiguration) throws {
        fatalError("lands next")
    }

    /// Writes both files durably, tensors in 32-bit floats, so that the same adapter always gives the same bytes.
    public func write(to folder: URL) throws {
        fatalError("lands next")
    }
}
