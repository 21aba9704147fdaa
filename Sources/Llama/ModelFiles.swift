import Digests
import DurableFiles
import Foundation
import StrictJSON
import Tensors

/// The files beside a model's weights: what a copy of the model takes along, and what it must say anew.
public struct ModelFiles {
    let base: ModelFolder
    /// The new type of floating-point tensors; nil when it is that of the base.
    let type: FloatType?

    public init(base: ModelFolder, type: FloatType?) {
        self.base = base
        self.type = type
    }

    private static let indexName = "model.safetensors.index.json"
    private static let endings = [".json", ".jinja", ".txt", ".model"]
    private static let terms = ["LICENSE", "LICENCE", "NOTICE", "USE_POLICY"]
    /// Python's names of the types, as config.json spells them.
    private static let typeNames: [FloatType: String] = [.f32: "float32", .f16: "float16", .bf16: "bfloat16", .f64: "float64"]

    /// - Parameter tensors: every tensor with the file that holds it; the index lists them unless one file holds all.
    public func write(to folder: URL, tensors: [(file: String, tensor: TensorDescription)]) throws {
        for name in try base.names() where Self.takes(name) {
            let file = try base.file(named: name)
            if name == "config.json", let data = try configuration(file) {
                try DurableFile.write(data, to: folder.appending(path: name))
            } else {
                _ = try FileBytes.copy(file, to: folder.appending(path: name))
            }
        }
        guard tensors.contains(where: { $0.file != ModelTensors.singleFileName }) else { return }
        try DurableFile.write(index(tensors), to: folder.appending(path: Self.indexName))
    }

    /// Nil where it says all that holds of the copy.
    private func configuration(_ file: URL) throws -> Data? {
        guard case .object(var object) = try JSONValue(contentsOf: file) else { return nil }
        guard type != nil || object[Self.quantization] != nil else { return nil }
        object[Self.quantization] = nil
        if let type {
            let spelled = ["dtype", "torch_dtype"].filter { object[$0] != nil }
            for key in spelled.isEmpty ? ["dtype"] : spelled { object[key] = Self.typeNames[type].map { .string($0) } }
        }
        return Data((JSONValue.object(object).text(.pretty) + "\n").utf8)
    }

    /// What is written is never quantized.
    private static let quantization = "quantization_config"

    /// The terms of the base hold for what is made of it.
    private static func takes(_ name: String) -> Bool {
        name != indexName && (endings.contains(where: name.hasSuffix) || terms.contains(where: name.uppercased().hasPrefix))
    }

    private func index(_ tensors: [(file: String, tensor: TensorDescription)]) -> Data {
        let size = tensors.reduce(0) { $0 + ($1.tensor.byteCount ?? 0) }
        let map = tensors.sorted { $0.tensor.name.utf8.lexicographicallyPrecedes($1.tensor.name.utf8) }
            .map { ($0.tensor.name, JSONValue.string($0.file)) }
        let index: JSONValue = ["metadata": ["total_size": .integer(size)], "weight_map": .object(JSONObject(map))]
        return Data((index.text(.pretty) + "\n").utf8)
    }
}
