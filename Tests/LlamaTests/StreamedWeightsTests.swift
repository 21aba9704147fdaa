import Foundation
import Randomness
import Tensors
import TestSupport
import Testing

@testable import Llama

@Suite struct StreamedWeightsTests {
    /// A made model of two layers, whose linears take half a megabyte or more in 4 bits.
    private static func base(in folder: URL) throws -> ModelConfiguration {
        let config = """
            {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 1024, "num_hidden_layers": 2,
             "intermediate_size": 1024, "num_attention_heads": 8, "num_key_value_heads": 8, "vocab_size": 64,
             "max_position_embeddings": 64, "rms_norm_eps": 1e-5, "rope_theta": 10000.0, "tie_word_embeddings": true,
             "hidden_act": "silu"}
            """
        try Data(config.utf8).write(to: folder.appending(path: "config.json"))
        let configuration = try ModelConfiguration(folder: folder)
        var random = SplitMix64(seed: 5)
        let stretch = (0..<65_537).map { _ in Float(random.unit() - 0.5) / 10 }
        let tensors = configuration.parameters.map { parameter in
            let shape = parameter.role == .vector ? [parameter.columns] : [parameter.rows, parameter.columns]
            let floats = (0..<parameter.rows * parameter.columns).map { stretch[$0 % stretch.count] }
            return NamedTensor(parameter.name, shape: shape, floats: floats, as: .bf16)
        }
        try SafetensorsWriter.write(tensors, to: folder.appending(path: "model.safetensors"))
        return configuration
    }

    @Test func `a check of all weights leaves none of them in memory`() throws {
        let folder = try TemporaryFolder()
        let configuration = try Self.base(in: folder.url)
        let tensors = try ModelTensors(folder: folder.url)
        let name = "four-bits-\(UUID().uuidString).safetensors"
        try StreamedWeights(tensors, rounding: .asStored).quantize(configuration, to: folder.url.appending(path: name))
        let weights = try StreamedWeights(
            tensors, quantized: ModelTensors(folder: folder.url, file: name), rounding: .asStored)
        try weights.check(configuration)
        // seven linears of each layer take half a megabyte each; pages around their ends may stay
        #expect(try MappedMemory.resident(folder.url.appending(path: name)) < 1024)
    }
}
