import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Llama

struct ModelConfigurationTests {
    private static let base: JSONValue = [
        "architectures": ["LlamaForCausalLM"], "vocab_size": 64, "hidden_size": 32, "intermediate_size": 48,
        "num_hidden_layers": 2, "num_attention_heads": 4,
    ]

    private func read(_ changes: JSONValue) throws -> ModelConfiguration {
        var object = try #require(Self.base.objectValue)
        for (key, value) in try #require(changes.objectValue).members { object[key] = value }
        return try ModelConfiguration(ConfigurationReader(object: object, file: "config.json"))
    }

    @Test func `absent keys take the family's defaults`() throws {
        let model = try read([:])
        #expect(model.keyValueHeadCount == 4 && model.headSize == 8 && model.normEpsilon == 1e-6)
        #expect(!model.tiesWordEmbeddings && model.rotary.theta == 10_000 && model.rotary.scaling == .default)
        let smollm = try read(["architectures": ["SmolLM3ForCausalLM"], "num_hidden_layers": 4])
        #expect(smollm.tiesWordEmbeddings && smollm.rotary.theta == 2_000_000)
        #expect(smollm.layers.map(\.rotates) == [true, true, true, false])
        #expect(try read(["architectures": .null, "model_type": "qwen3"]).architecture == .qwen3)
    }

    @Test func `a theta in rope_parameters beats the one at top level, and rope_scaling beats rope_parameters`() throws {
        let both: JSONValue = ["rope_theta": 5, "rope_parameters": ["rope_type": "default", "rope_theta": 7]]
        #expect(try read(both).rotary.theta == 7)
        let three: JSONValue = [
            "rope_theta": 5, "rope_parameters": ["rope_type": "default", "rope_theta": 7],
            "rope_scaling": ["type": "linear", "factor": 2],
        ]
        #expect(try read(three).rotary.theta == 5)
        #expect(try read(three).rotary.scaling == .linear(factor: 2))
    }

    /// Values given by the published implementation, recomputed in the fact sheet of the format.
    @Test func `llama3 and YaRN frequencies have their published values`() throws {
        let llama = try read([
            "head_dim": 64, "rope_theta": 500_000,
            "rope_scaling": [
                "rope_type": "llama3", "factor": 32, "low_freq_factor": 1, "high_freq_factor": 4,
                "original_max_position_embeddings": 8192,
            ],
        ]).rotary.inverseFrequencies(length: 1)
        let expected: [(Int, Float)] = [
            (14, 0.003_211_446_11), (15, 0.001_290_548_01), (16, 0.000_429_556_705), (17, 9.708_286_23e-05),
            (31, 9.418_306_49e-08),
        ]
        for (index, value) in expected { #expect(abs(llama[index] - value) < 1e-6 * value) }
        let yarn = try read([
            "head_dim": 128, "rope_theta": 1_000_000,
            "rope_scaling": ["rope_type": "yarn", "factor": 4, "original_max_position_embeddings": 32768],
        ]).rotary
        let found = yarn.inverseFrequencies(length: 1)
        for (index, value) in [(23, 0.006_978_305_99), (24, 0.005_375_321_49), (39, 6.490_394_3e-05)] as [(Int, Float)] {
            #expect(abs(found[index] - value) < 1e-6 * value)
        }
        #expect(abs(yarn.attentionFactor - 1.138_629_436) < 1e-9)
    }

    @Test func `windows follow the family, its switches and layer_types`() throws {
        func windows(_ changes: JSONValue) throws -> [Int?] { try read(changes).layers.map(\.window) }
        #expect(try windows(["architectures": ["MistralForCausalLM"], "sliding_window": 9]) == [9, 9])
        #expect(try windows(["architectures": ["MistralForCausalLM"], "sliding_window": .null]) == [nil, nil])
        #expect(try windows(["architectures": ["LlamaForCausalLM"], "sliding_window": 9]) == [nil, nil])
        let qwen: JSONValue = [
            "architectures": ["Qwen2ForCausalLM"], "sliding_window": 9, "use_sliding_window": true, "max_window_layers": 1,
        ]
        #expect(try windows(qwen) == [nil, 9])
        #expect(try windows(["architectures": ["Qwen2ForCausalLM"], "sliding_window": 9, "max_window_layers": 0]) == [nil, nil])
        let typed: JSONValue = [
            "architectures": ["Qwen3ForCausalLM"], "sliding_window": 9, "use_sliding_window": true,
            "layer_types": ["sliding_attention", "full_attention"],
        ]
        #expect(try windows(typed) == [9, nil])
    }

    /// What cannot be followed, with the key that the error must name.
    static let refused: [(changes: JSONValue, key: String)] = [
        (["architectures": ["FalconForCausalLM"]], "architectures"), (["vocab_size": .null], "vocab_size"),
        (["vocab_size": "64"], "vocab_size"), (["num_key_value_heads": 3], "num_key_value_heads"),
        (["hidden_size": -1], "hidden_size"),
        (["hidden_act": "gelu"], "hidden_act"), (["rope_scaling": ["type": "su"]], "rope_scaling.type"),
        (["rope_scaling": ["rope_type": "linear"]], "rope_scaling.factor"), (["head_dim": 7], "head_dim"),
        (["quantization_config": ["quant_method": "gptq"]], "quantization_config.quant_method"),
        (["architectures": ["Qwen2ForCausalLM"], "layer_types": ["sliding_attention", "full_attention"]], "layer_types"),
        (["architectures": ["Qwen2ForCausalLM"], "layer_types": ["full_attention"]], "layer_types"),
        (["eos_token_id": "x"], "eos_token_id"),
    ]

    @Test(arguments: 0..<refused.count)
    func `what cannot be followed is refused by key`(_ index: Int) throws {
        let (changes, key) = Self.refused[index]
        let error = #expect(throws: ConfigurationError.self) { try read(changes) }
        #expect(error?.key == key)
    }

    @Test func `an unknown architecture is answered with those that are supported`() throws {
        let error = #expect(throws: ConfigurationError.self) { try read(["architectures": ["FalconForCausalLM"]]) }
        let text = try #require(error).explanation.what
        #expect(text.contains("FalconForCausalLM") && text.contains("LlamaForCausalLM, MistralForCausalLM, Qwen2ForCausalLM"))
    }
}
