import Foundation
import Tensors
import Testing

@testable import Llama

struct ModelLawTests {
    @Test func `a fresh adapter leaves the logits untouched`() throws {
        let tiny = try TinyModel()
        let fresh = try LoRAAdapter(fresh: LoRAConfiguration(), for: tiny.model.configuration, seed: 1)
        #expect(try tiny.model.logits(of: tiny.batch, adapter: fresh) == tiny.model.logits(of: tiny.batch))
        #expect(try tiny.model.logits(of: tiny.batch, adapter: tiny.adapter) != tiny.model.logits(of: tiny.batch))
    }

    @Test func `recompute changes no bit of loss or gradient`() throws {
        let tiny = try TinyModel("tiny-llama3-rope", LoRAConfiguration(rank: 4, alpha: 8, dropout: 0.2))
        let (kept, recomputed) = (try tiny.gradients(recompute: false), try tiny.gradients(recompute: true))
        #expect(kept.loss == recomputed.loss)
        #expect(kept.gradients == recomputed.gradients)
    }

    @Test func `the same step twice gives the same bits`() throws {
        let tiny = try TinyModel()
        let (first, second) = (try tiny.gradients(), try tiny.gradients())
        #expect(first.loss == second.loss && first.gradients == second.gradients)
    }

    @Test func `rows of a batch do not see each other`() throws {
        let tiny = try TinyModel()
        let together = try tiny.model.logits(of: tiny.batch, adapter: tiny.adapter)
        for (row, found) in zip(tiny.batch.rows, together) {
            let alone = try tiny.model.logits(of: TokenBatch([row]), adapter: tiny.adapter)[0]
            // products of other heights may round otherwise
            #expect(largestDifference(found, alone.values[...]) < 2e-5)
        }
    }

    @Test func `gradients of rows add up to the gradient of the batch`() throws {
        let tiny = try TinyModel()
        let together = try tiny.gradients()
        var apart = LoRAGradients(for: tiny.adapter)
        var loss = LossSum()
        for row in tiny.batch.rows {
            loss += try tiny.model.accumulateGradients(
                of: TokenBatch([row]), adapter: tiny.adapter, lossScale: 0.5, recompute: false, dropout: TinyModel.start,
                into: &apart)
        }
        #expect(loss.tokens == together.loss.tokens && abs(loss.sum - together.loss.sum) < 1e-3)
        for (x, y) in zip(apart.pairs, together.gradients.pairs) {
            #expect(relativeDifference(x.a.values, y.a.values) < 1e-5)
            #expect(relativeDifference(x.b.values, y.b.values) < 1e-5)
        }
    }

    @Test func `a batch without supervised tokens has no loss and no gradient`() throws {
        let tiny = try TinyModel()
        let (loss, gradients) = try tiny.gradients(TokenBatch([TinyModel.row(9, from: 9)]))
        #expect(loss == LossSum() && loss.mean == nil)
        #expect(gradients.norm == 0)
    }

    @Test func `the first label of a row never counts`() throws {
        let tokens: [Int32] = [5, 6, 7]
        let tiny = try TinyModel()
        let (full, cut) = (TokenBatch.Row(tokens: tokens), TokenBatch.Row(tokens: tokens, labels: [-100, 6, 7]))
        #expect(full.supervisedTokenCount == 2)
        #expect(try tiny.model.score(TokenBatch([full])) == tiny.model.score(TokenBatch([cut])))
    }

    /// Every kind of parameter, with and without dropout, against central differences of the loss under the same masks.
    @Test(arguments: [0, 0.25])
    func `gradients agree with differences of the loss`(_ dropout: Double) throws {
        let tiny = try TinyModel("tiny-llama", LoRAConfiguration(rank: 2, alpha: 3, dropout: dropout))
        let gradients = try tiny.gradients().gradients
        for index in tiny.adapter.pairs.indices {
            // the largest element stands out best against rounding
            for path in [\LoRAPair.a, \LoRAPair.b] {
                let gradient = path == \LoRAPair.a ? gradients.pairs[index].a : gradients.pairs[index].b
                let place = try #require(gradient.values.indices.max { abs(gradient.values[$0]) < abs(gradient.values[$1]) })
                let (row, column) = (place / gradient.columns, place % gradient.columns)
                func loss(_ step: Float) throws -> Double {
                    var moved = tiny.adapter
                    moved.pairs[index][keyPath: path][row, column] += step
                    return try tiny.gradients(adapter: moved).loss.sum * 0.5
                }
                let expected = (try loss(0.01) - loss(-0.01)) / 0.02
                #expect(abs(Double(gradient[row, column]) - expected) < 2e-2 * abs(expected) + 1e-3)
            }
        }
    }

    @Test func `dropout masks depend on seed, step, micro-step and module, and on nothing else`() throws {
        let tiny = try TinyModel("tiny-llama", LoRAConfiguration(rank: 2, alpha: 3, dropout: 0.5))
        let base = try tiny.gradients().loss
        #expect(try tiny.gradients().loss == base)
        for other in [
            DropoutPosition(seed: 2, step: 2, microStep: 3), DropoutPosition(seed: 1, step: 3, microStep: 3),
            DropoutPosition(seed: 1, step: 2, microStep: 4),
        ] {
            #expect(try tiny.gradients(at: other).loss != base)
        }
        let mask = DropoutMask(probability: 0.5, at: TinyModel.start, module: "a")
        #expect(mask != DropoutMask(probability: 0.5, at: TinyModel.start, module: "b"))
        #expect(try tiny.model.score(tiny.batch, adapter: tiny.adapter) == tiny.model.score(tiny.batch, adapter: tiny.adapter))
    }

    @Test func `stopping at the lowest adapted layer leaves the gradients above as they are`() throws {
        let tiny = try TinyModel()
        // pairs whose B is zero add nothing, so both adapters are the same function
        var idle = tiny.adapter
        for index in idle.pairs.indices where idle.pairs[index].module.layer == 0 { idle.pairs[index].b.fill(0) }
        let whole = try tiny.gradients(adapter: idle).gradients
        let upper = LoRAAdapter(configuration: idle.configuration, pairs: idle.pairs.filter { $0.module.layer == 1 })
        var gradients = LoRAGradients(for: upper)
        _ = try tiny.model.accumulateGradients(
            of: tiny.batch, adapter: upper, lossScale: 0.5, recompute: false, dropout: TinyModel.start, into: &gradients)
        #expect(gradients.pairs.count == 7 && gradients.norm > 0)
        for (x, y) in zip(gradients.pairs, whole.pairs.suffix(7)) {
            #expect(relativeDifference(x.a.values, y.a.values) < 1e-6)
            #expect(relativeDifference(x.b.values, y.b.values) < 1e-6)
        }
    }

    @Test func `scores of labels agree with scores of whole rows`() throws {
        let tiny = try TinyModel()
        let prefix = tiny.batch.rows[1].tokens
        let continuations: [[Int32]] = [[5], [6, 7, 8], [9, 10], []]
        let found = try tiny.model.labelScores(prefix: prefix, continuations: continuations, adapter: tiny.adapter)
        for (continuation, score) in zip(continuations, found) {
            let tokens = prefix + continuation
            let labels = tokens.enumerated().map { $0.offset < prefix.count ? TokenBatch.ignored : $0.element }
            let whole = try tiny.model.score(
                TokenBatch([TokenBatch.Row(tokens: tokens, labels: labels)]), adapter: tiny.adapter)[0]
            #expect(abs(whole.sumLogProbability - score) < 1e-4)
        }
    }

    @Test func `tokens outside the vocabulary are refused by place`() throws {
        let tiny = try TinyModel()
        let row = TokenBatch.Row(tokens: [1, 512])
        #expect(throws: ModelError.outsideVocabulary(token: 512, row: 0, position: 1, vocabularySize: 512)) {
            try tiny.model.logits(of: TokenBatch([row]))
        }
        #expect(throws: ModelError.emptyPrompt) { try tiny.model.labelScores(prefix: [], continuations: [[1]]) }
    }

    @Test func `drawing at a temperature is decided by the seed`() throws {
        let tiny = try TinyModel()
        func draw(_ seed: UInt64) throws -> [Int32] {
            let options = GenerationOptions(maxNewTokens: 12, temperature: 1.5, seed: seed, stopTokens: [])
            return try Generation.generate(tiny.model, prompt: [5, 6, 7], options: options).ids
        }
        #expect(try draw(1) == draw(1))
        #expect(try draw(1) != draw(2))
    }
}
