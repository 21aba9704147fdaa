import Foundation
import Tensors
import TestSupport
import Testing

@testable import Llama

struct ModelLoadingTests {
    private let golden = GoldenModel(name: "tiny-llama")

    /// The golden model with its tensors changed.
    private func model(_ change: (inout [NamedTensor]) -> Void) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try FileManager.default.copyItem(
            at: golden.folder.appending(path: "config.json"), to: folder.url.appending(path: "config.json"))
        let file = try SafetensorsFile(opening: golden.folder.appending(path: "model.safetensors"))
        var tensors = try file.entries.map {
            NamedTensor($0.name, $0.dtype, shape: $0.shape, bytes: try file.bytes(named: $0.name))
        }
        change(&tensors)
        try SafetensorsWriter.write(tensors, to: folder.url.appending(path: "model.safetensors"))
        return folder
    }

    static let places = [
        "model.embed_tokens.weight", "model.norm.weight", "lm_head.weight", "model.layers.1.mlp.down_proj.weight",
        "model.layers.0.input_layernorm.weight",
    ]

    @Test(arguments: places, BasePrecision.allCases)
    func `a missing tensor is named`(_ name: String, _ precision: BasePrecision) throws {
        let folder = try model { $0.removeAll { $0.name == name } }
        let error = #expect(throws: ModelFolderError.self) { try LlamaModel(folder: folder.url, precision: precision) }
        #expect(error?.tensor == name && error?.file == "model.safetensors")
    }

    @Test(arguments: places, BasePrecision.allCases)
    func `a wrong shape is named with what was expected and found`(_ name: String, _ precision: BasePrecision) throws {
        let folder = try model { tensors in
            tensors = tensors.map { $0.name == name ? NamedTensor(name, shape: [3], floats: [1, 2, 3]) : $0 }
        }
        let error = #expect(throws: ModelFolderError.self) { try LlamaModel(folder: folder.url, precision: precision) }
        #expect(error?.tensor == name)
        guard case .wrongShape(_, found: [3])? = error?.reason else { Issue.record("\(String(describing: error))"); return }
    }

    @Test(arguments: places, BasePrecision.allCases)
    func `a number that is none is named by tensor and element`(_ name: String, _ precision: BasePrecision) throws {
        let folder = try model { tensors in
            tensors = tensors.map { tensor in
                guard tensor.name == name else { return tensor }
                var floats = FloatType.f32.widen(tensor.bytes)
                floats[5] = .infinity
                return NamedTensor(name, shape: tensor.shape, floats: floats)
            }
        }
        let error = #expect(throws: ModelFolderError.self) { try LlamaModel(folder: folder.url, precision: precision) }
        #expect(error?.tensor == name && error?.reason == .notFinite(index: 5))
    }

    @Test func `generation stops at the end tokens of both files`() throws {
        let folder = try model { _ in }
        try Data(#"{"eos_token_id": [7, 9]}"#.utf8).write(to: folder.url.appending(path: "generation_config.json"))
        #expect(try LlamaModel(folder: folder.url, precision: .fp32).stopTokens == [2, 7, 9])
    }

    /// 16-bit weights differ from 32-bit ones by up to 2⁻⁹ relative; two layers carry that into the logits.
    @Test func `a base in 16 bits is near the one in 32, and exact for a file in 16`() throws {
        let batch = TokenBatch([TinyModel.row(40, from: 0)])
        let near = try (golden.load(.bf16).logits(of: batch)[0], golden.load().logits(of: batch)[0])
        #expect(near.0 != near.1 && largestDifference(near.0, near.1.values[...]) < 0.3)
        let rope = GoldenModel(name: "tiny-llama3-rope")
        let exact = try (rope.load(.bf16).logits(of: batch)[0], rope.load().logits(of: batch)[0])
        #expect(largestDifference(exact.0, exact.1.values[...]) < 2e-5)
    }
}
