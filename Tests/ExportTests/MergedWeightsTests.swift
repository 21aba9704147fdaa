import Export
import Foundation
import Llama
import Tensors
import TestSupport
import Testing

/// Expected weights come from PEFT 0.21.2's `merge_and_unload` on a float32 model.
@Suite struct MergedWeightsTests {
    private func merged(_ model: String, storedAs type: FloatType? = nil) throws -> MergedWeights {
        let base = Fixture.golden(model)
        let configuration = try ModelConfiguration(folder: base)
        let adapter = try PEFTFolder(reading: Fixture.golden("lora/\(model)/adapter_after_20_steps"), for: configuration).adapter
        return try MergedWeights(base: base, adapter: adapter, storedAs: type)
    }

    private func greatest(_ first: [Float], _ second: [Float]) -> Float {
        #expect(first.count == second.count)
        return zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    @Test(arguments: ["tiny-llama", "tiny-llama3-rope"]) func weightsAreThoseOfPEFT(model: String) throws {
        let merged = try merged(model, storedAs: .f32)
        let folder = try TemporaryFolder()
        let output = folder.url.appending(path: "merged")
        try merged.write(to: output)
        let golden = try SafetensorsFile(opening: Fixture.golden("merge/\(model).merged.safetensors"))
        let written = try ModelTensors(folder: output)
        #expect(Set(merged.changedNames) == Set(golden.names))
        for name in written.names {
            let expected =
                try golden.entry(named: name) != nil
                ? golden.float32(named: name) : merged.base.float32(named: name, shape: nil)
            // Weights are below 4, where an ulp is 2.4e-7; B · A sums 8 or 16 products in another order than torch.
            let limit: Float = golden.entry(named: name) == nil ? 0 : 1e-6
            #expect(try greatest(written.float32(named: name, shape: nil), expected) <= limit, "\(name)")
        }
    }

    /// The logits of base plus adapter and of the merged model differ by rounding alone; PEFT itself differs by 1.2e-5 on logits up to 20.
    @Test(arguments: ["tiny-llama", "tiny-llama3-rope"]) func aMergedModelAnswersAsTheAdapterDoes(model: String) throws {
        let folder = try TemporaryFolder()
        let output = folder.url.appending(path: "merged")
        let merged = try merged(model, storedAs: .f32)
        try merged.write(to: output)
        let tokens = (0..<40).map { Int32($0 * 7 % 100) }
        let batch = TokenBatch([TokenBatch.Row(tokens: tokens, labels: tokens)])
        let withAdapter = try LlamaModel(folder: Fixture.golden(model), precision: .fp32).logits(
            of: batch, adapter: merged.adapter)
        let plain = try LlamaModel(folder: output, precision: .fp32).logits(of: batch, adapter: nil)
        #expect(greatest(withAdapter[0].values, plain[0].values) < 1e-4)
        let base = try LlamaModel(folder: Fixture.golden(model), precision: .fp32).logits(of: batch, adapter: nil)
        #expect(greatest(base[0].values, plain[0].values) > 0.1)
    }

    @Test func theStoredTypeIsKeptUnlessAnotherIsAsked() throws {
        let folder = try TemporaryFolder()
        let merged = try merged("tiny-llama3-rope")
        try merged.write(to: folder.url.appending(path: "kept"))
        let kept = try ModelTensors(folder: folder.url.appending(path: "kept"))
        for name in kept.names { #expect(kept.entry(named: name)?.dtype == merged.base.entry(named: name)?.dtype) }
        for pair in merged.adapter.pairs {
            let expected = FloatType.bf16.widen(FloatType.bf16.narrow(try merged.merged(pair).values))
            #expect(try kept.float32(named: pair.module.path + ".weight", shape: nil) == expected)
        }
        let config = try String(contentsOf: folder.url.appending(path: "kept/config.json"), encoding: .utf8)
        #expect(try config == String(contentsOf: Fixture.golden("tiny-llama3-rope/config.json"), encoding: .utf8))
        try self.merged("tiny-llama3-rope", storedAs: .f16).write(to: folder.url.appending(path: "half"))
        let half = try String(contentsOf: folder.url.appending(path: "half/config.json"), encoding: .utf8)
        #expect(half.contains("\"float16\"") && !half.contains("\"bfloat16\""))
    }

    @Test func theSameMergeGivesTheSameBytes() throws {
        let folder = try TemporaryFolder()
        let files = try ["a", "b"].map { name in
            try merged("tiny-llama").write(to: folder.url.appending(path: name))
            return try Data(contentsOf: folder.url.appending(path: "\(name)/model.safetensors"))
        }
        #expect(files[0] == files[1])
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
        #expect(names == ["a", "b"])
    }

    @Test func shardsStayShards() throws {
        let folder = try TemporaryFolder()
        let base = folder.url.appending(path: "base")
        try FileManager.default.copyItem(at: Fixture.golden("tiny-llama"), to: base)
        let source = try ModelTensors(folder: base)
        var shards: [String: [NamedTensor]] = [:]
        for (index, name) in source.names.enumerated() {
            let entry = try #require(source.entry(named: name))
            shards["model-0000\(index % 2 + 1)-of-00002.safetensors", default: []].append(
                NamedTensor(name, entry.dtype, shape: entry.shape, bytes: Data(try source.bytes(named: name))))
        }
        let map = shards.flatMap { file, tensors in tensors.map { "\"\($0.name)\":\"\(file)\"" } }
        for (file, tensors) in shards { try SafetensorsWriter.write(tensors, to: base.appending(path: file)) }
        try FileManager.default.removeItem(at: base.appending(path: "model.safetensors"))
        try Data("{\"weight_map\":{\(map.joined(separator: ","))}}".utf8).write(
            to: base.appending(path: "model.safetensors.index.json"))

        let adapter = try merged("tiny-llama").adapter
        let output = folder.url.appending(path: "merged")
        try MergedWeights(base: base, adapter: adapter).write(to: output)
        let written = try ModelTensors(folder: output)
        #expect(written.fileNames.sorted() == shards.keys.sorted() && written.names == source.names)
        let golden = try SafetensorsFile(opening: Fixture.golden("merge/tiny-llama.merged.safetensors"))
        for name in golden.names {
            #expect(try greatest(written.float32(named: name, shape: nil), golden.float32(named: name)) <= 1e-6)
        }
    }

    @Test func whatCannotBeMergedIsRefusedAndNothingIsLeft() throws {
        let folder = try TemporaryFolder()
        let output = folder.url.appending(path: "merged")
        try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: output.appending(path: "note.txt"))
        let error = try #require(throws: MergeError.self) { try merged("tiny-llama").write(to: output) }
        #expect(error == .targetNotEmpty(output.path))
        #expect(error.explanation.kind == .usage)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["merged"])
        #expect(try String(contentsOf: output.appending(path: "note.txt"), encoding: .utf8) == "mine")
    }

    @Test func aBaseIn4BitsIsRefused() throws {
        let folder = try TemporaryFolder()
        let name = "model.layers.0.self_attn.q_proj.weight"
        let tensors = [
            NamedTensor(name, .u8, shape: [2048, 1], bytes: Data(count: 2048)),
            NamedTensor("\(name).quant_state.bitsandbytes__nf4", .u8, shape: [2], bytes: Data("{}".utf8)),
        ]
        try SafetensorsWriter.write(tensors, to: folder.url.appending(path: "model.safetensors"))
        let adapter = try merged("tiny-llama").adapter
        #expect(throws: MergeError.quantizedBase(folder: folder.url.path, tensor: name)) {
            try MergedWeights(base: folder.url, adapter: adapter)
        }
    }

    @Test func anAdapterOfAnotherBaseIsRefused() throws {
        let adapter = try merged("tiny-llama").adapter
        let error = try #require(throws: ModelFolderError.self) {
            try MergedWeights(base: Fixture.golden("tiny-llama3-rope"), adapter: adapter)
        }
        guard case .wrongShape = error.reason else {
            Issue.record("\(error)")
            return
        }
    }
}
