import Foundation
import Tensors
import Testing

@testable import Llama

/// Expected values: dL/dA and dL/dB of torch autograd through PEFT's model, fp32.
struct GoldenGradientTests {
    struct Case: CustomTestStringConvertible, Sendable {
        let golden: GoldenModel
        let precision: BasePrecision
        let file: String
        var testDescription: String { "\(golden.name), \(precision.rawValue)" }
    }

    static let cases = GoldenModel.all.flatMap {
        [
            Case(golden: $0, precision: .fp32, file: "grads.safetensors"),
            Case(golden: $0, precision: .nf4, file: "qlora_grads.safetensors"),
        ]
    }

    @Test(arguments: cases, [false, true])
    func `LoRA gradients agree with PEFT`(_ item: Case, recompute: Bool) throws {
        let model = try item.golden.load(item.precision)
        let batch = try GoldenBatch(try item.golden.expected()).batch
        let adapter = try item.golden.adapter("adapter_init", for: model)
        let expected = try SafetensorsFile(opening: item.golden.lora(item.file))
        var gradients = LoRAGradients(for: adapter)
        let loss = try model.accumulateGradients(
            of: batch, adapter: adapter, lossScale: 1 / Double(batch.supervisedTokenCount), recompute: recompute,
            dropout: DropoutPosition(seed: 0, step: 0, microStep: 0), into: &gradients)
        #expect(abs(try #require(loss.mean) - Double(try expected.float32(named: "loss")[0])) < 1e-4)
        for (pair, gradient) in zip(adapter.pairs, gradients.pairs) {
            // 1e-3 is the contract; rounding alone gives about 1e-6
            for (name, found) in [(PEFTName.a(of: pair.module.path), gradient.a), (PEFTName.b(of: pair.module.path), gradient.b)]
            {
                #expect(relativeDifference(found.values, try expected.float32(named: name)) < 1e-3, "\(name)")
            }
        }
    }

    /// Brain floats carry 8 bits: weights and each product's operands are off by up to 2⁻⁹, and gradients pass through two dozen
    /// products, which makes 2 to 3 % here. Those of queries and keys are small differences of large numbers, so a single one may be off
    /// by more than all of them together.
    @Test(arguments: cases, [false, true])
    func `gradients in brain floats stay near PEFT's in 32 bits`(_ item: Case, recompute: Bool) throws {
        let model = try item.golden.load(item.precision == .nf4 ? .nf4 : .bf16, .bf16)
        let batch = try GoldenBatch(try item.golden.expected()).batch
        let adapter = try item.golden.adapter("adapter_init", for: model)
        let expected = try SafetensorsFile(opening: item.golden.lora(item.file))
        var gradients = LoRAGradients(for: adapter)
        let loss = try model.accumulateGradients(
            of: batch, adapter: adapter, lossScale: 1 / Double(batch.supervisedTokenCount), recompute: recompute,
            dropout: DropoutPosition(seed: 0, step: 0, microStep: 0), into: &gradients)
        #expect(abs(try #require(loss.mean) / Double(try expected.float32(named: "loss")[0]) - 1) < 2e-3)
        var (all, golden): ([Float], [Float]) = ([], [])
        for (pair, gradient) in zip(adapter.pairs, gradients.pairs) {
            for (name, found) in [(PEFTName.a(of: pair.module.path), gradient.a), (PEFTName.b(of: pair.module.path), gradient.b)]
            {
                let values = try expected.float32(named: name)
                #expect(relativeDifference(found.values, values) < 1e-1, "\(name)")
                all += found.values
                golden += values
            }
        }
        #expect(relativeDifference(all, golden) < 4e-2)
    }
}
