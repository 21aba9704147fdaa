import Foundation
import Tensors
import TestSupport
import Testing

@testable import Llama

/// The gradients of every weight of a model, against torch (Scripts/make_full_training_goldens.py) and against differences of the loss.
struct ModelGradientTests {
    /// Biases and a tied head; norms on heads and a head of its own; biases everywhere.
    static let names = ["qwen2-window-tied", "qwen3-shards", "llama-yarn-biases"]

    /// A model of the fixtures, its masters, and a batch.
    private struct Subject {
        let form: ModelForm
        var masters: ModelWeights
        let golden: SafetensorsFile
        let batch: TokenBatch

        init(_ name: String, _ arithmetic: Arithmetic = .fp32) throws {
            let folder = Fixture.root.appending(path: "models/\(name)")
            form = try ModelForm(folder: folder, arithmetic: arithmetic)
            masters = try ModelWeights(reading: folder, for: form.configuration)
            golden = try SafetensorsFile(opening: Fixture.root.appending(path: "training/full/\(name).safetensors"))
            batch = TokenBatch(Array(try GoldenBatch(golden).batch.rows.prefix(2)))
        }

        func gradients(recompute: Bool = false, of batch: TokenBatch? = nil) throws -> (loss: LossSum, gradients: LoRAGradients) {
            var gradients = LoRAGradients(for: form.configuration)
            let loss = try LlamaModel(form, masters: masters).accumulateGradients(
                of: batch ?? self.batch, adapter: nil, lossScale: 1 / Double(self.batch.supervisedTokenCount),
                recompute: recompute, dropout: TinyModel.start, into: &gradients)
            return (loss, gradients)
        }
    }

    @Test(arguments: names)
    func `the parameters are those of transformers`(_ name: String) throws {
        let subject = try Subject(name)
        let parameters = subject.form.configuration.parameters
        #expect(
            parameters.map { "weight." + $0.name }.sorted() == subject.golden.names.filter { $0.hasPrefix("weight.") }.sorted())
        #expect(parameters.reduce(0) { $0 + $1.count } == subject.form.configuration.parameterCount)
        for parameter in parameters {
            #expect(try #require(subject.golden.entry(named: "weight." + parameter.name)).shape == parameter.shape)
        }
    }

    @Test(arguments: names)
    func `masters compute what the folder computes`(_ name: String) throws {
        let subject = try Subject(name)
        let opened = try LlamaModel(folder: subject.form.folder, precision: .fp32)
        #expect(
            try LlamaModel(subject.form, masters: subject.masters).logits(of: subject.batch) == opened.logits(of: subject.batch))
    }

    /// Both sides compute in 32 bits and sum in different orders; the contract for gradients is 1e-3.
    @Test(arguments: names, [true, false])
    func `gradients agree with torch`(_ name: String, _ recompute: Bool) throws {
        let subject = try Subject(name)
        let gradients = try #require(try subject.gradients(recompute: recompute).gradients.model)
        for parameter in gradients.parameters {
            let expected = try subject.golden.float32(named: "gradient." + parameter.name)
            #expect(relativeDifference(gradients[parameter.name].values, expected) < 1e-4, "\(parameter.name)")
        }
    }

    /// 8 bits a number: each of two dozen products is off by up to 2⁻⁸, which makes a few per cent of gradients.
    @Test(arguments: names)
    func `brain floats stay near torch in 32 bits`(_ name: String) throws {
        let subject = try Subject(name, .bf16)
        let gradients = try #require(try subject.gradients().gradients.model)
        var (found, golden): ([Float], [Float]) = ([], [])
        for parameter in gradients.parameters {
            found += gradients[parameter.name].values
            golden += try subject.golden.float32(named: "gradient." + parameter.name)
        }
        #expect(relativeDifference(found, golden) < 6e-2)
    }

    @Test(arguments: names)
    func `gradients agree with differences of the loss`(_ name: String) throws {
        let subject = try Subject(name)
        let gradients = try #require(try subject.gradients().gradients.model)
        // one of each kind
        let ends = [
            "embed_tokens.weight", "0.self_attn.q_proj.weight", "1.self_attn.o_proj.weight", "0.self_attn.k_proj.bias",
            "1.mlp.gate_proj.weight", "0.mlp.down_proj.weight", "0.mlp.up_proj.bias", "0.self_attn.q_norm.weight",
            "1.self_attn.k_norm.weight", "0.input_layernorm.weight", "1.post_attention_layernorm.weight", "model.norm.weight",
            "lm_head.weight",
        ]
        for parameter in gradients.parameters where ends.contains(where: parameter.name.hasSuffix) {
            let gradient = gradients[parameter.name]
            // the largest element stands out best against rounding
            let place = try #require(gradient.values.indices.max { abs(gradient.values[$0]) < abs(gradient.values[$1]) })
            func loss(_ step: Float) throws -> Double {
                var moved = subject
                moved.masters.change(parameter.name) { $0[place / $0.columns, place % $0.columns] += step }
                return try #require(try moved.gradients().loss.mean)
            }
            let expected = (try loss(0.004) - loss(-0.004)) / 0.008
            #expect(abs(Double(gradient.values[place]) - expected) < 2e-2 * abs(expected) + 1e-4, "\(parameter.name)")
        }
    }

    @Test(arguments: names, Arithmetic.allCases)
    func `recompute changes no bit`(_ name: String, _ arithmetic: Arithmetic) throws {
        let subject = try Subject(name, arithmetic)
        let (kept, recomputed) = (try subject.gradients(), try subject.gradients(recompute: true))
        #expect(kept.loss == recomputed.loss && kept.gradients == recomputed.gradients)
    }

    @Test func `gradients of rows add up to the gradient of the batch`() throws {
        let subject = try Subject("qwen3-shards")
        let together = try subject.gradients().gradients
        var apart = try subject.gradients(of: TokenBatch([subject.batch.rows[0]])).gradients
        _ = try LlamaModel(subject.form, masters: subject.masters).accumulateGradients(
            of: TokenBatch([subject.batch.rows[1]]), adapter: nil, lossScale: 1 / Double(subject.batch.supervisedTokenCount),
            recompute: false, dropout: TinyModel.start, into: &apart)
        let (whole, sum) = (try #require(together.model), try #require(apart.model))
        for parameter in whole.parameters {
            #expect(relativeDifference(sum[parameter.name].values, whole[parameter.name].values) < 1e-5, "\(parameter.name)")
        }
        #expect(together.norm > 0)
    }

    @Test func `an adapter's gradients say nothing of the base`() throws {
        let tiny = try TinyModel()
        #expect(try tiny.gradients().gradients.model == nil)
    }
}
