import Foundation
import StrictJSON
import Tensors
import TestSupport
import Testing

@testable import Llama

/// Masters written as a model folder and read again.
struct ModelFolderWritingTests {
    private func masters(_ name: String) throws -> (folder: URL, model: ModelConfiguration, masters: ModelWeights) {
        let folder = Fixture.root.appending(path: "models/\(name)")
        let model = try ModelConfiguration(folder: folder)
        return (folder, model, try ModelWeights(reading: folder, for: model))
    }

    @Test(arguments: ["qwen2-window-tied", "qwen3-shards", "mistral-window", "llama-linear-tied"])
    func `a folder in the base's type holds the base's numbers`(_ name: String) throws {
        let (base, model, masters) = try masters(name)
        let out = try TemporaryFolder()
        let type = try ModelWeights.storedType(of: base)
        #expect(try masters.write(to: out.url, as: type, base: base) == ["model.safetensors"])
        #expect(try ModelWeights(reading: out.url, for: ModelConfiguration(folder: out.url)) == masters)
        #expect(try ModelTensors(folder: out.url).entry(named: TensorName.embedding)?.dtype == type.dtype)
        #expect(try ModelTensors(folder: out.url).names.sorted() == model.parameters.map(\.name).sorted())
        #expect(!FileManager.default.fileExists(atPath: out.url.appending(path: "model.safetensors.index.json").path))
    }

    @Test func `another type is said in config json`() throws {
        let (base, _, masters) = try masters("mistral-window")
        let out = try TemporaryFolder()
        try masters.write(to: out.url, as: .f32, base: base)
        #expect(try JSONValue(contentsOf: out.url.appending(path: "config.json"))["dtype"] == "float32")
        #expect(try ModelWeights(reading: out.url, for: ModelConfiguration(folder: out.url)) == masters)
    }

    @Test func `a large model is cut into shards that an index lists`() throws {
        let (base, _, masters) = try masters("qwen2-window-tied")
        let out = try TemporaryFolder()
        let names = try masters.write(to: out.url, as: .f32, base: base, shardSize: 30_000)
        #expect(names.count > 2 && names[0] == "model-00001-of-0000\(names.count).safetensors")
        for name in names { #expect(try Data(contentsOf: out.url.appending(path: name)).count < 32_000) }
        #expect(try ModelTensors(folder: out.url).fileNames.sorted() == names)
        #expect(try ModelWeights(reading: out.url, for: ModelConfiguration(folder: out.url)) == masters)
        let index = try JSONValue(contentsOf: out.url.appending(path: "model.safetensors.index.json"))
        #expect(index["metadata"]?["total_size"]?.intValue == 4 * masters.count)
    }

    @Test func `a weight beyond the reach of half floats is not written as one`() throws {
        var (base, _, masters) = try masters("llama-linear-tied")
        masters.change(TensorName.finalNorm) { $0[0, 3] = 1e6 }
        let out = try TemporaryFolder()
        #expect(throws: ModelError.overflows(tensor: TensorName.finalNorm, type: .f16)) {
            try masters.write(to: out.url, as: .f16, base: base)
        }
    }

    @Test func `a base in 4 bits is refused`() throws {
        let folder = Fixture.root.appending(path: "models/llama-bnb-4bit")
        let model = try ModelConfiguration(folder: folder)
        #expect(throws: ModelError.quantizedBase(folder: folder.path, tensor: "model.layers.0.self_attn.q_proj.weight")) {
            try ModelWeights(reading: folder, for: model)
        }
    }
}
