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
    /// Python's names of the types, as config.json spells them.
    private static let typeNames: [FloatType: String] = [.f32: "float32", .f16: "float16", .bf16: "bfloat16", .f64: "float64"]

    /// - Parameter tensors: every tensor with the file that holds it; the index lists them unless one file holds all.
    public func write(to folder: URL, tensors: [(file: String, tensor: TensorDescription)]) throws {
        for name in try base.names() where Self.endings.contains(where: name.hasSuffix) && name != Self.indexName {
            let file = try base.file(named: name)
            if name == "config.json", let type {
                try DurableFile.write(try configuration(file, type), to: folder.appending(path: name))
            } else {
                _ = try FileBytes.copy(file, to: folder.appending(path: name))
            }
        }
        guard tensors.contains(where: { $0.file != ModelTensors.singleFileName }) else { return }
        try DurableFile.write(index(tensors), to: folder.appending(path: Self.indexName))
    }

    private func configuration(_ file: URL, _ type: FloatType) throws -> Data {
        guard case .object(var object) = try JSONValue(contentsOf: file) else { return try Data(contentsOf: file) }
        let spelled = ["dtype", "torch_dtype"].filter { object[$0] != nil }
        for key in spelled.isEmpty ? ["dtype"] : spelled { object[key] = Self.typeNames[type].map { .string($0) } }
        return Data((JSONValue.object(object).text(.pretty) + "\n").utf8)
    }

    private func index(_ tensors: [(file: String, tensor: TensorDescription)]) -> Data {
        let size = tensors.reduce(0) { $0 + ($1.tensor.byteCount ?? 0) }
        let map = tensors.sorted { $0.tensor.name.utf8.lexicographicallyPrecedes($1.tensor.name.utf8) }
            .map { ($0.tensor.name, JSONValue.string($0.file)) }
        let index: JSONValue = ["metadata": ["total_size": .integer(size)], "weight_map": .object(JSONObject(map))]
        return Data((index.text(.pretty) + "\n").utf8)
    }
}
