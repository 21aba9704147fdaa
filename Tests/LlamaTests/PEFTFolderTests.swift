import Foundation
import StrictJSON
import Tensors
import TestSupport
import Testing

@testable import Llama

struct PEFTFolderTests {
    private let golden = GoldenModel(name: "tiny-llama")

    private func model() throws -> ModelConfiguration { try ModelConfiguration(folder: golden.folder) }

    /// A copy of the golden adapter folder, its configuration changed.
    private func copy(_ changes: [String: JSONValue?] = [:]) throws -> TemporaryFolder {
        let copy = try TemporaryFolder()
        for name in [PEFTFolder.configurationFile, PEFTFolder.weightsFile] {
            try FileManager.default.copyItem(at: golden.lora("adapter_init/\(name)"), to: copy.url.appending(path: name))
        }
        let file = copy.url.appending(path: PEFTFolder.configurationFile)
        var object = try #require(try JSONValue(contentsOf: file).objectValue)
        for (key, value) in changes { object[key] = value }
        try JSONValue.object(object).data(.pretty).write(to: file)
        return copy
    }

    @Test func `what is written is what PEFT writes, key for key`() throws {
        let adapter = try PEFTFolder(reading: golden.lora("adapter_init"), for: model()).adapter
        let folder = try TemporaryFolder()
        try PEFTFolder(adapter: adapter, baseModel: "tiny-llama", revision: nil).write(to: folder.url)
        let name = PEFTFolder.configurationFile
        let written = try String(contentsOf: folder.url.appending(path: name), encoding: .utf8)
        let expected = try String(contentsOf: golden.lora("adapter_init/\(name)"), encoding: .utf8)
        #expect(written.trimmingCharacters(in: .newlines) == expected.trimmingCharacters(in: .newlines))
        let weights = try Data(contentsOf: folder.url.appending(path: PEFTFolder.weightsFile))
        #expect(weights == (try Data(contentsOf: golden.lora("adapter_init/\(PEFTFolder.weightsFile)"))))
    }

    @Test func `reading what was written gives the adapter back`() throws {
        let model = try model()
        let configurations = [
            LoRAConfiguration(rank: 3, alpha: 5.5, dropout: 0.1, usesRSLoRA: true, targetModules: .allLinear),
            LoRAConfiguration(
                targetModules: .pattern(".*(q|v)_proj"), rankPattern: [ModulePattern(key: "v_proj", value: 2)],
                alphaPattern: [ModulePattern(key: "0.self_attn.q_proj", value: 7)]),
            LoRAConfiguration(excludedModules: .names(["up_proj"]), layers: [1]),
        ]
        for configuration in configurations {
            let adapter = try TinyModel.trained(configuration, model)
            let folder = try TemporaryFolder()
            try PEFTFolder(adapter: adapter, baseModel: "a/b", revision: "abc").write(to: folder.url)
            let read = try PEFTFolder(reading: folder.url, for: model)
            #expect(read.adapter.pairs == adapter.pairs)
            #expect(read.baseModel == "a/b" && read.revision == "abc")
        }
    }

    @Test(arguments: [FloatType.bf16, .f16])
    func `tensors in 16 bits are read`(_ type: FloatType) throws {
        let adapter = try PEFTFolder(reading: golden.lora("adapter_init"), for: model()).adapter
        let copy = try copy()
        let tensors = zip(adapter.parameterNames, adapter.pairs.flatMap { [$0.a, $0.b] }).map {
            NamedTensor($0, shape: [$1.rows, $1.columns], floats: $1.values, as: type)
        }
        try SafetensorsWriter.write(tensors, to: copy.url.appending(path: PEFTFolder.weightsFile))
        let read = try PEFTFolder(reading: copy.url, for: model()).adapter
        for (x, y) in zip(read.pairs, adapter.pairs) { #expect(x.a.values == type.widen(type.narrow(y.a.values))) }
    }

    /// What would make the adapter mean something else, with the key that the error must name.
    static let refused: [(key: String, value: JSONValue)] = [
        ("peft_type", "LOHA"), ("use_dora", true), ("bias", "all"), ("lora_bias", true), ("modules_to_save", ["lm_head"]),
        ("fan_in_fan_out", true), ("init_lora_weights", "pissa"), ("layer_replication", [[0, 1]]), ("r", 0), ("r", "8"),
        ("trainable_token_indices", [1]), ("target_parameters", ["x"]), ("use_qalora", true), ("a_key_of_tomorrow", 1),
        ("lora_dropout", 1.0), ("layers_pattern", "h"), ("rank_pattern", ["q_proj": "x"]),
    ]

    @Test(arguments: 0..<refused.count)
    func `other kinds of adapter are refused by key`(_ index: Int) throws {
        let (key, value) = Self.refused[index]
        let copy = try copy([key: value])
        let error = #expect(throws: (any Error).self) { try PEFTFolder(reading: copy.url, for: model()) }
        switch error {
        case let error as ConfigurationError: #expect(error.key.hasPrefix(key))
        case AdapterError.badNumber(let found, _, _)?: #expect(found == key)
        default: Issue.record("\(String(describing: error))")
        }
    }

    @Test func `keys of tomorrow that say nothing are let through`() throws {
        let copy = try copy(["new_method": .some(.null), "use_new": false, "revision": .some("main")])
        #expect(try PEFTFolder(reading: copy.url, for: model()).revision == "main")
    }

    @Test func `a rank that the tensors do not have is refused by tensor and shape`() throws {
        let copy = try copy(["r": 4])
        let error = #expect(throws: ModelFolderError.self) { try PEFTFolder(reading: copy.url, for: model()) }
        #expect(error?.reason == .wrongShape(expected: [4, 64], found: [8, 64]))
        #expect(error?.tensor == "base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight")
    }

    @Test func `a tensor of no target, a missing half and a number that is none are refused by name`() throws {
        let fewer = try copy(["target_modules": ["q_proj"]])
        #expect(throws: AdapterError.self) { try PEFTFolder(reading: fewer.url, for: model()) }
        let adapter = try PEFTFolder(reading: golden.lora("adapter_init"), for: model()).adapter
        var tensors = zip(adapter.parameterNames, adapter.pairs.flatMap { [$0.a, $0.b] }).map {
            NamedTensor($0, shape: [$1.rows, $1.columns], floats: $1.values)
        }
        let copy = try copy()
        let file = copy.url.appending(path: PEFTFolder.weightsFile)
        let last = tensors.removeLast()
        try SafetensorsWriter.write(tensors, to: file)
        let missing = #expect(throws: ModelFolderError.self) { try PEFTFolder(reading: copy.url, for: model()) }
        #expect(missing?.tensor == last.name)
        let broken = [Float](repeating: .nan, count: last.shape.reduce(1, *))
        try SafetensorsWriter.write(tensors + [NamedTensor(last.name, shape: last.shape, floats: broken)], to: file)
        let error = #expect(throws: ModelFolderError.self) { try PEFTFolder(reading: copy.url, for: model()) }
        #expect(error?.reason == .notFinite(index: 0) && error?.tensor == last.name)
    }

    @Test func `scale follows rank, alpha, their patterns and rsLoRA`() throws {
        let model = try model()
        let module = model.linearModules[0]
        var configuration = LoRAConfiguration(rank: 4, alpha: 16)
        #expect(try configuration.scale(of: module) == 4)
        configuration.usesRSLoRA = true
        #expect(try configuration.scale(of: module) == 8)
        configuration.rankPattern = [
            ModulePattern(key: "proj", value: 1), ModulePattern(key: "self_attn.q_proj", value: 16),
            ModulePattern(key: "q_proj", value: 1),
        ]
        configuration.alphaPattern = [ModulePattern(key: "model.layers.0.self_attn.q_proj", value: 2)]
        #expect(try configuration.scale(of: module) == 0.5)
    }

    @Test func `targets that the model does not have are refused with the nearest name`() throws {
        let model = try model()
        let mistyped = LoRAConfiguration(targetModules: .names(["q_proj", "k_prj"]))
        #expect(throws: AdapterError.unknownTargets(["k_prj"], nearest: "k_proj")) {
            try LoRAAdapter(fresh: mistyped, for: model, seed: 0)
        }
        #expect(throws: AdapterError.badPattern("(")) {
            try LoRAAdapter(fresh: LoRAConfiguration(targetModules: .pattern("(")), for: model, seed: 0)
        }
        #expect(throws: AdapterError.nothingChosen(targets: "x")) {
            try LoRAAdapter(fresh: LoRAConfiguration(targetModules: .pattern("x")), for: model, seed: 0)
        }
    }

    @Test func `a fresh A is uniform, B is zero, and neither hangs on the other targets`() throws {
        let model = try model()
        let all = try LoRAAdapter(fresh: LoRAConfiguration(rank: 64), for: model, seed: 5)
        let one = try LoRAAdapter(fresh: LoRAConfiguration(rank: 64, targetModules: .names(["v_proj"])), for: model, seed: 5)
        #expect(one.pairs[0] == all.pairs[2])
        let values = all.pairs[0].a.values
        #expect(all.pairs.allSatisfy { $0.b.squaredNorm == 0 })
        #expect(values.allSatisfy { abs($0) <= 0.125 })
        // 4,096 draws from ±1/8: the mean has deviation 0.0011, the mean square is 1/192
        #expect(abs(values.reduce(0, +) / 4096) < 0.006)
        #expect(abs(all.pairs[0].a.squaredNorm / 4096 - 1.0 / 192) < 3e-4)
        #expect(try LoRAAdapter(fresh: LoRAConfiguration(rank: 64), for: model, seed: 6) != all)
    }
}
