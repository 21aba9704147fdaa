import Tensors
import Testing

@testable import Llama

/// Expected values: transformers in fp32, eager attention. Sums run in another order here, which moves logits of size 10 by a few
/// 1e-6; 1e-4 is the contract.
struct GoldenForwardTests {
    @Test(arguments: GoldenModel.all)
    func `logits agree with transformers`(_ golden: GoldenModel) throws {
        let (model, file) = (try golden.load(), try golden.expected())
        let rows = try GoldenBatch(file)
        let expected = try file.float32(named: "logits")
        for (index, logits) in try model.logits(of: rows.batch).enumerated() {
            let start = index * rows.width * logits.columns
            #expect(largestDifference(logits, expected[start..<start + logits.count]) < 1e-4)
        }
    }

    @Test(arguments: GoldenModel.all)
    func `hidden states agree with transformers after every block`(_ golden: GoldenModel) throws {
        let (model, file) = (try golden.load(), try golden.expected())
        let rows = try GoldenBatch(file)
        let packed = PackedRows(rows.batch)
        let pass = model.pass(packed, nil)
        var states = [model.embedding.rows(at: packed.tokens)]
        for block in model.blocks { states.append(block.forward(states.last!, pass).y) }
        states[states.count - 1] = model.head.norm.forward(states.last!, .fp32).y.matrix
        for (depth, state) in states.enumerated() {
            let expected = try file.float32(named: "hidden_states.\(depth)")
            for (row, span) in packed.spans.enumerated() {
                let start = row * rows.width * state.columns
                let found = state.rows(span.queries)
                #expect(largestDifference(found, expected[start..<start + found.count]) < 1e-4, "depth \(depth)")
            }
        }
    }

    @Test(arguments: GoldenModel.all)
    func `log-probabilities and loss agree with transformers`(_ golden: GoldenModel) throws {
        let (model, file) = (try golden.load(), try golden.expected())
        let rows = try GoldenBatch(file)
        let expected = try file.float32(named: "logprobs")
        let everything = TokenBatch(rows.batch.rows.map { TokenBatch.Row(tokens: $0.tokens) })
        for (index, score) in try model.score(everything).enumerated() {
            let width = rows.width - 1
            let sum = expected[index * width..<index * width + score.supervisedTokens].reduce(0) { $0 + Double($1) }
            // up to 95 tokens, each within 1e-4
            #expect(abs(score.sumLogProbability - sum) < 1e-4 * Double(score.supervisedTokens))
        }
        let scores = try model.score(rows.batch)
        let tokens = scores.reduce(0) { $0 + $1.supervisedTokens }
        #expect(tokens == Int(try file.integers("n_loss_tokens")[0]))
        let loss = -scores.reduce(0) { $0 + $1.sumLogProbability } / Double(tokens)
        #expect(abs(loss - Double(try file.float32(named: "loss")[0])) < 1e-4)
    }

    @Test(arguments: GoldenModel.all)
    func `rotary frequencies agree with transformers`(_ golden: GoldenModel) throws {
        let configuration = try ModelConfiguration(folder: golden.folder)
        let expected = try golden.expected().float32(named: "inv_freq")
        let found = configuration.rotary.inverseFrequencies(length: 96)
        #expect(found.count == expected.count)
        // one unit in the last place of a 32-bit float, relative
        for (x, y) in zip(found, expected) { #expect(abs(x - y) <= 2.4e-7 * abs(y)) }
    }

    @Test(arguments: GoldenModel.all)
    func `logits with an adapter agree with PEFT`(_ golden: GoldenModel) throws {
        let (model, file) = (try golden.load(), try golden.expected())
        let rows = try GoldenBatch(file)
        let adapter = try golden.adapter("adapter_init", for: model)
        try expectEveryFourth(
            try model.logits(of: rows.batch, adapter: adapter),
            try SafetensorsFile(opening: golden.lora("logits.safetensors")).float32(named: "logits_every_4th"))
    }

    /// The base linears as bitsandbytes' Linear4bit.
    @Test(arguments: GoldenModel.all)
    func `logits over an NF4 base agree with bitsandbytes`(_ golden: GoldenModel) throws {
        let (model, file) = (try golden.load(.nf4), try golden.expected())
        let rows = try GoldenBatch(file)
        let adapter = try golden.adapter("adapter_init", for: model)
        try expectEveryFourth(
            try model.logits(of: rows.batch, adapter: adapter),
            try SafetensorsFile(opening: golden.lora("qlora_grads.safetensors")).float32(named: "logits_every_4th"))
    }

    private func expectEveryFourth(_ logits: [Matrix], _ expected: [Float]) throws {
        let perRow = expected.count / logits.count
        for (row, matrix) in logits.enumerated() {
            let picked = matrix.rows(at: Array(stride(from: 0, to: matrix.rows, by: 4)))
            #expect(largestDifference(picked, expected[row * perRow..<row * perRow + picked.count]) < 1e-4)
        }
    }
}
