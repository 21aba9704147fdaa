import Foundation
import Llama
import Tokenizers

/// Puts prompts to a model with and without an adapter, and keeps what comes of it.
public struct ProbeMaking {
    private let model: LlamaModel
    private let tokenizer: Tokenizer

    public init(_ model: LlamaModel, _ tokenizer: Tokenizer) { (self.model, self.tokenizer) = (model, tokenizer) }

    /// - Parameter progress: hears how many of the prompts are done after each batch, and may throw to stop.
    public func probes(
        _ prompts: ProbePrompts, adapter: LoRAAdapter?, progress: (Int) throws -> Void = { _ in }
    ) throws -> GoldenProbes {
        let (asked, half) = (prompts.prompts.map(\.ids), prompts.prompts.count / 2)
        let own = try answers(asked, adapter) { try progress($0 / 2) }
        let bases = try answers(asked, nil) { try progress(half + $0 / 2) }
        // with and without by the same passes, so that an adapter without effect shows none at all
        let logProbabilities = try scores(own, after: asked, adapter)
        let (without, plain) = (try scores(own, after: asked, nil), try scores(bases, after: asked, nil))
        let probes = prompts.prompts.indices.map { number in
            GoldenProbe(
                prompt: prompts.prompts[number], answer: answer(own[number], logProbabilities[number]),
                baseLogProbabilities: without[number], baseAnswer: answer(bases[number], plain[number]))
        }
        try progress(probes.count)
        return GoldenProbes(source: prompts.source, storage: model.precision, arithmetic: model.arithmetic, probes: probes)
    }

    private func answers(
        _ prompts: [[Int32]], _ adapter: LoRAAdapter?, _ progress: (Int) throws -> Void
    ) throws -> [GeneratedText] {
        let options = GenerationOptions(maxNewTokens: GoldenProbes.room, stopTokens: model.stopTokens(with: tokenizer))
        let requests = prompts.map { GenerationRequest(prompt: $0, options: options) }
        var texts: [GeneratedText] = []
        for batch in model.batches(of: requests) {
            texts += try Generation.generate(model, adapter: adapter, requests: Array(requests[batch]))
            try progress(texts.count)
        }
        return texts
    }

    /// log p of each token of each answer, to a millionth.
    private func scores(
        _ answers: [GeneratedText], after prompts: [[Int32]], _ adapter: LoRAAdapter?
    ) throws -> [[Double]] {
        let rows = zip(prompts, answers).map { prompt, answer in
            TokenBatch.Row(prefix: prompt, continuation: answer.ids + [answer.stopToken].compactMap(\.self))
        }
        var scores: [[Double]] = []
        for batch in model.batches(of: rows) { scores += try model.tokenScores(TokenBatch(Array(rows[batch])), adapter: adapter) }
        // no "-0.0"
        return scores.map { $0.map { ($0 * 1e6).rounded() / 1e6 + 0 } }
    }

    private func answer(_ generated: GeneratedText, _ logProbabilities: [Double]) -> GoldenAnswer {
        let text = tokenizer.decode(generated.ids, skipSpecialTokens: true)
        let whole = Array(text.unicodeScalars)
        var ends: [Int] = []
        for last in generated.ids.indices {
            let part = tokenizer.decode(generated.ids[...last], skipSpecialTokens: true)
            ends.append(max(ends.last ?? 0, commonPrefix(whole, Array(part.unicodeScalars))))
        }
        return GoldenAnswer(text: text, ids: generated.ids, ends: ends, logProbabilities: logProbabilities)
    }
}
