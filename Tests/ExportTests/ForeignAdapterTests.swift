import Faults
import Foundation
import Llama
import StrictJSON
import Tensors
import TestSupport
import Testing

@testable import Export

/// Adapters as PEFT 0.21.2 and mlx-lm 0.32.2 left them (`Scripts/make_adapter_fixtures.py`), with the logits and weight changes that
/// those programs compute.
@Suite struct ForeignAdapterTests {
    static let whole = ["peft-plain", "peft-patterns", "peft-old-keys", "mlx-all", "mlx-last"]

    let base = Fixture.golden("tiny-llama")
    let model: ModelConfiguration
    let folder: TemporaryFolder

    init() throws {
        model = try ModelConfiguration(folder: base)
        folder = try TemporaryFolder()
    }

    private func fixture(_ name: String) -> URL { Fixture.root.appending(path: "adapters/\(name)") }

    /// A copy of a fixture to change.
    private func copy(_ name: String) throws -> URL {
        let copy = folder.url.appending(path: "copy-\(name)")
        try FileManager.default.copyItem(at: fixture(name), to: copy)
        return copy
    }

    private func read(_ folder: URL) throws -> ForeignAdapter { try ForeignAdapter(reading: folder, base: base, model: model) }

    private func take(_ adapter: ForeignAdapter) throws -> (adapter: LoRAAdapter, folder: URL, taken: TakenAdapter) {
        let target = folder.url.appending(path: UUID().uuidString)
        let workshop = target.appending(path: "workshop")
        try FileManager.default.createDirectory(at: workshop, withIntermediateDirectories: true)
        let taken = try adapter.take(into: target, workshop: workshop, baseModel: "tiny", revision: nil)
        return (try PEFTFolder(reading: target, for: model).adapter, target, taken)
    }

    private func greatest(_ first: [Float], _ second: [Float]) -> Float {
        #expect(first.count == second.count)
        return zip(first, second).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    /// Logits below 20 in 32-bit floats, summed in another order than torch and mlx do; bf16 weights are those of the file in both.
    @Test(arguments: ["peft-plain", "peft-patterns", "mlx-all", "mlx-last"]) func aTakenAdapterGivesTheLogitsOfItsOwnProgram(
        _ name: String
    ) throws {
        let adapter = try take(read(fixture(name))).adapter
        let golden = try SafetensorsFile(opening: fixture("\(name).logits.safetensors")).float32(named: "logits")
        let tokens: [Int32] = [1, 17, 301, 4, 99, 260, 511, 33]
        let llama = try LlamaModel(folder: base, precision: .fp32)
        let logits = try llama.logits(of: TokenBatch([.init(tokens: tokens, labels: tokens)]), adapter: adapter)
        #expect(greatest(logits[0].values, golden) < 5e-5)
        #expect(
            try greatest(
                logits[0].values,
                llama.logits(of: TokenBatch([.init(tokens: tokens, labels: tokens)]), adapter: nil)[0].values) > 0.01)
    }

    /// `B · A` of ranks up to 4, below 1 in size: a few roundings of 6e-8 each, and one in merged weights.
    @Test(arguments: ["peft-patterns", "mlx-last"]) func theWeightChangeIsThatOfItsOwnProgram(_ name: String) throws {
        let adapter = try take(read(fixture(name))).adapter
        let golden = try SafetensorsFile(opening: fixture("\(name).changes.safetensors"))
        #expect(Set(golden.names) == Set(adapter.pairs.map { $0.module.path + ".weight" }))
        for pair in adapter.pairs {
            var scaled = pair.b
            scaled.scale(by: pair.scale)
            let term = Product.Term(LeftOperand(.floats(scaled)), .matrix(.floats(pair.a)))
            let change = Product.floats(Product.Sum(term)).values
            #expect(try greatest(change, golden.float32(named: pair.module.path + ".weight")) < 1e-6, "\(pair.module.path)")
        }
    }

    @Test func whatIsInOurLayoutIsTakenByteForByte() throws {
        let adapter = try read(fixture("peft-plain"))
        #expect(adapter.isVerbatim && adapter.foreign.isEmpty)
        let (_, target, taken) = try take(adapter)
        let weights = try Data(contentsOf: target.appending(path: "adapter_model.safetensors"))
        #expect(try weights == Data(contentsOf: fixture("peft-plain/adapter_model.safetensors")))
        #expect(taken.proof.isEmpty && taken.largestDifference == 0)
    }

    @Test(arguments: ["peft-old-keys", "mlx-all", "mlx-last"]) func convertingMovesNumbersAndRoundsNone(_ name: String) throws {
        let adapter = try read(fixture(name))
        #expect(!adapter.isVerbatim && adapter.lost.isEmpty)
        let (_, target, taken) = try take(adapter)
        #expect(taken.proof.count == adapter.pairs.count && taken.proof.allSatisfy { $0.difference == 0 })
        let written = try ModelTensors(folder: target, file: "adapter_model.safetensors")
        for pair in adapter.pairs {
            let name = PEFTName.b(of: pair.module.path)
            #expect(written.entry(named: name)?.dtype == adapter.weights.entry(named: pair.b)?.dtype)
        }
    }

    /// PEFT → mlx-lm → PEFT: transposition alone, so the bytes of the weights come back.
    @Test(arguments: ["peft-plain", "mlx-all", "mlx-last"]) func weightsComeBackFromTheOtherLayoutByteForByte(_ name: String)
        throws
    {
        let first = try take(read(fixture(name))).folder
        let mlx = folder.url.appending(path: "as-mlx")
        try FileManager.default.createDirectory(at: mlx, withIntermediateDirectories: true)
        let written = try MLXFolder(converting: first, for: model)
        try written.write(to: mlx)
        #expect(written.folded.isEmpty)
        let adapter = try read(mlx)
        #expect(adapter.layout == .mlx && adapter.foreign.isEmpty)
        let second = try take(adapter).folder
        let (before, after) = (
            try ModelTensors(folder: first, file: "adapter_model.safetensors"),
            try ModelTensors(folder: second, file: "adapter_model.safetensors")
        )
        #expect(before.names == after.names)
        for name in before.names { #expect(try before.bytes(named: name) == after.bytes(named: name)) }
        let adapters = try [first, second].map { try PEFTFolder(reading: $0, for: model).adapter }
        #expect(adapters[0].pairs == adapters[1].pairs, "scales too")
    }

    /// No α of rank 3 has 0.7 as its third: the scale comes back as the same number of 32 bits, which is what it multiplies by.
    @Test func anMLXAdapterIsWrittenBackAsItWas() throws {
        let mlx = folder.url.appending(path: "again")
        try FileManager.default.createDirectory(at: mlx, withIntermediateDirectories: true)
        try MLXFolder(converting: take(read(fixture("mlx-last"))).folder, for: model).write(to: mlx)
        let (before, after) = (
            try ModelTensors(folder: fixture("mlx-last"), file: "adapters.safetensors"),
            try ModelTensors(folder: mlx, file: "adapters.safetensors")
        )
        #expect(before.names == after.names)
        for name in before.names { #expect(try before.bytes(named: name) == after.bytes(named: name)) }
        let parameters = try JSONValue(contentsOf: mlx.appending(path: "adapter_config.json"))["lora_parameters"]
        #expect(
            parameters?["scale"]?.doubleValue.map { Float($0) } == 0.7
                && parameters?["keys"] == ["self_attn.q_proj", "mlp.up_proj"])
    }

    /// One scale for all: the ratio goes into b, and the weight changes differ by its rounding, 2⁻²⁴ of each number.
    @Test func scalesThatDifferAreFoldedAndRanksThatDifferRefused() throws {
        let mlx = folder.url.appending(path: "folded")
        try FileManager.default.createDirectory(at: mlx, withIntermediateDirectories: true)
        #expect(throws: MLXFolderError.self) { try MLXFolder(converting: fixture("peft-patterns"), for: model) }
        let copy = try copy("peft-plain")
        let file = copy.appending(path: "adapter_config.json")
        var object = try #require(try JSONValue(contentsOf: file).objectValue)
        object["alpha_pattern"] = ["layers.1.self_attn.q_proj": 3]
        try JSONValue.object(object).data().write(to: file)
        let written = try MLXFolder(converting: copy, for: model)
        #expect(written.folded == [.init(module: "model.layers.1.self_attn.q_proj", factor: 0.375)])
        try written.write(to: mlx)
        let (before, after) = (try PEFTFolder(reading: copy, for: model).adapter, try take(read(mlx)).adapter)
        for change in try #require(before.changes(to: after)) {
            #expect(change.moved <= 1e-6 * change.before, "\(change.module)")
        }
    }

    @Test func whatASettingLeavesOpenIsKnownOfMLX() throws {
        let adapter = try read(fixture("mlx-last"))
        #expect(adapter.namedBase == "org/tiny-llama")
        #expect(adapter.settings["max_steps"] == 100 && adapter.settings["learning_rate"]?.doubleValue == 1e-5)
        #expect(adapter.configuration.layers == [1])
        #expect(adapter.configuration.targetModules == .names(["q_proj", "up_proj"]))
    }

    @Test func aModuleTrainedWholeIsALossAndTheBasesOwnIsNone() throws {
        let trained = try read(fixture("peft-head"))
        #expect(trained.lost.map(\.name) == ["base_model.model.lm_head.weight"])
        #expect(try take(trained).adapter.pairs.count == 2)
        let copy = try copy("peft-head")
        let file = copy.appending(path: "adapter_model.safetensors")
        let (tensors, own) = (try SafetensorsFile(opening: file), try ModelTensors(folder: base))
        let named = try tensors.entries.map { entry in
            let isHead = entry.name.contains("lm_head")
            return NamedTensor(
                entry.name, entry.dtype, shape: entry.shape,
                bytes: try isHead ? own.bytes(named: "lm_head.weight") : Data(tensors.bytes(named: entry.name)))
        }
        try SafetensorsWriter.write(named, to: file)
        let unchanged = try read(copy)
        #expect(unchanged.lost.isEmpty && unchanged.foreign.contains { $0.what.contains("unchanged") })
        #expect(!unchanged.isVerbatim)
    }

    @Test func whatATrainerLeavesBesideIsNamedAndLeftOut() throws {
        let copy = try copy("peft-plain")
        for name in ["optimizer.pt", "training_args.bin", "trainer_state.json", "README.md", "tokenizer.json"] {
            try Data("x".utf8).write(to: copy.appending(path: name))
        }
        try FileManager.default.createDirectory(at: copy.appending(path: "checkpoint-10"), withIntermediateDirectories: true)
        let adapter = try read(copy)
        #expect(
            adapter.foreign.map(\.name).sorted() == [
                "README.md", "checkpoint-10", "optimizer.pt", "tokenizer.json", "trainer_state.json", "training_args.bin",
            ])
        #expect(adapter.lost.isEmpty && adapter.isVerbatim)
    }

    @Test func anMLXScaleThatTwoReleasesReadDifferentlyIsRefused() throws {
        let copy = try copy("mlx-last")
        let file = copy.appending(path: "adapter_config.json")
        func write(_ parameters: JSONValue) throws {
            try JSONValue.object(JSONObject([("lora_parameters", parameters), ("num_layers", -1)])).data().write(to: file)
        }
        try write(["rank": 3, "scale": 10.0, "alpha": 16])
        #expect(throws: ForeignAdapterError.self) { try read(copy) }
        try write(["rank": 3, "scale": 10.0, "alpha": 3])
        #expect(try read(copy).pairs.allSatisfy { $0.scale == 10 })
        try write(["rank": 3, "alpha": 6.0])
        #expect(try read(copy).pairs.allSatisfy { $0.scale == 2 })
    }
}
