import Foundation
import Tensors
import TestSupport
import Testing

@testable import Llama

/// Tiny random models of every family, computed by transformers and PEFT in fp32 (Scripts/make_model_fixtures.py names versions).
///
/// Tolerances are the contract's: 1e-4 for logits, 1e-3 relative for gradients.
struct FamilyTests {
    static let names = [
        "qwen2-window-tied", "qwen3-shards", "mistral-window", "llama-yarn-biases", "llama-linear-tied", "llama-dynamic",
        "smollm3",
    ]

    private func load(
        _ name: String, _ precision: BasePrecision = .fp32, _ arithmetic: Arithmetic = .fp32
    ) throws -> (model: LlamaModel, file: SafetensorsFile, rows: GoldenBatch) {
        let folder = Fixture.root.appending(path: "models/\(name)")
        let file = try SafetensorsFile(opening: folder.appending(path: "expected.safetensors"))
        let model = try LlamaModel(folder: folder, precision: precision, arithmetic: arithmetic)
        return (model, file, try GoldenBatch(file))
    }

    private func expectLogits(
        _ found: [Matrix], _ name: String, _ file: SafetensorsFile, _ rows: GoldenBatch, tolerance: Float = 1e-4
    ) throws {
        let expected = try file.float32(named: name)
        for (index, logits) in found.enumerated() {
            let start = index * rows.width * logits.columns
            #expect(largestDifference(logits, expected[start..<start + logits.count]) < tolerance, "row \(index)")
        }
    }

    @Test(arguments: names)
    func `logits agree with transformers`(_ name: String) throws {
        let (model, file, rows) = try load(name)
        try expectLogits(try model.logits(of: rows.batch), "logits", file, rows)
    }

    /// Linears stored by bitsandbytes; the other precisions start from the same decoded values.
    @Test(arguments: BasePrecision.allCases)
    func `a folder in 4 bits is read as it is`(_ precision: BasePrecision) throws {
        let (_, file, rows) = try load("llama-bnb-4bit")
        let model = try LlamaModel(folder: Fixture.root.appending(path: "models/llama-bnb-4bit"), precision: precision)
        // bf16 rounds each decoded weight once more
        try expectLogits(
            try model.logits(of: rows.batch), "logits", file, rows, tolerance: precision == .bf16 ? 0.05 : 1e-4)
    }

    @Test(arguments: names)
    func `logits and gradients of an adapter agree with PEFT`(_ name: String) throws {
        let (model, file, rows) = try load(name)
        let adapter = try PEFTFolder(reading: model.folder.appending(path: "adapter"), for: model.configuration).adapter
        try expectLogits(try model.logits(of: rows.batch, adapter: adapter), "adapter_logits", file, rows)
        var gradients = LoRAGradients(for: adapter)
        let loss = try model.accumulateGradients(
            of: rows.batch, adapter: adapter, lossScale: 1 / Double(rows.batch.supervisedTokenCount), recompute: true,
            dropout: DropoutPosition(seed: 0, step: 0, microStep: 0), into: &gradients)
        #expect(abs(try #require(loss.mean) - Double(try file.float32(named: "adapter_loss")[0])) < 1e-4)
        for (pair, gradient) in zip(adapter.pairs, gradients.pairs) {
            for (name, found) in [(PEFTName.a(of: pair.module.path), gradient.a), (PEFTName.b(of: pair.module.path), gradient.b)]
            {
                #expect(relativeDifference(found.values, try file.float32(named: name)) < 1e-3, "\(name)")
            }
        }
        let stored = file.names.filter { $0.contains(".lora_") }.sorted()
        #expect(stored == adapter.parameterNames.sorted())
    }

    /// 8 bits a number: each of two dozen products is off by up to 2⁻⁸, which makes a few per cent of logits and gradients.
    @Test(arguments: names)
    func `brain floats stay near PEFT in 32 bits`(_ name: String) throws {
        let (model, file, rows) = try load(name, .bf16, .bf16)
        let adapter = try PEFTFolder(reading: model.folder.appending(path: "adapter"), for: model.configuration).adapter
        let expected = try file.float32(named: "adapter_logits")
        for (index, logits) in try model.logits(of: rows.batch, adapter: adapter).enumerated() {
            let start = index * rows.width * logits.columns
            #expect(relativeDifference(logits.values, Array(expected[start..<start + logits.count])) < 3e-2, "row \(index)")
        }
        var gradients = LoRAGradients(for: adapter)
        _ = try model.accumulateGradients(
            of: rows.batch, adapter: adapter, lossScale: 1 / Double(rows.batch.supervisedTokenCount), recompute: false,
            dropout: DropoutPosition(seed: 0, step: 0, microStep: 0), into: &gradients)
        var (found, golden): ([Float], [Float]) = ([], [])
        for (pair, gradient) in zip(adapter.pairs, gradients.pairs) {
            found += gradient.a.values + gradient.b.values
            golden += try file.float32(named: PEFTName.a(of: pair.module.path))
            golden += try file.float32(named: PEFTName.b(of: pair.module.path))
        }
        #expect(relativeDifference(found, golden) < 6e-2)
    }

    @Test(arguments: names)
    func `generation step by step agrees with the whole row`(_ name: String) throws {
        let (model, _, rows) = try load(name)
        // the dynamic rule turns old keys by the frequencies of their day, as transformers does: no agreement to expect
        if case .dynamic = model.configuration.rotary.scaling { return }
        let tokens = rows.batch.rows[0].tokens
        let whole = try model.logits(of: TokenBatch([TokenBatch.Row(tokens: tokens)]))[0]
        var cache = model.newCache(room: [tokens.count])
        for place in 4..<tokens.count {
            let next = place == 4 ? Array(tokens[...4]) : [tokens[place]]
            let logits = model.lastLogits(after: [LlamaModel.NextTokens(row: 0, tokens: next)], &cache, nil)
            // sums of single rows run in another order
            #expect(largestDifference(whole.rows(place..<place + 1), logits.values[...]) < 1e-4)
        }
    }
}
