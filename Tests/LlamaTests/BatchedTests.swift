import Tensors
import TestSupport
import Testing

@testable import Llama

/// Many rows at once give what each gives alone.
struct BatchedTests {
    /// Each sum runs in one order, whatever stands beside it: the same bits.
    private func tolerance(_ arithmetic: Arithmetic) -> Double { 0 }

    private func model(_ name: String, _ arithmetic: Arithmetic) throws -> LlamaModel {
        let precision: BasePrecision = arithmetic == .bf16 ? .nf4 : .fp32
        return try LlamaModel(
            folder: Fixture.root.appending(path: "models/\(name)"), precision: precision, arithmetic: arithmetic)
    }

    private func tokens(_ count: Int, _ seed: Int) -> [Int32] { (0..<count).map { Int32(($0 * 7 + seed * 13) % 59 + 3) } }

    /// Prompts of several lengths, answers of several lengths, some ended early by a stop token, one drawn, one that wants nothing.
    private func requests(_ model: LlamaModel) throws -> [GenerationRequest] {
        let free = GenerationOptions(maxNewTokens: 9, stopTokens: [])
        let probe = try Generation.generate(model, prompt: tokens(5, 1), options: free).ids
        let stopped = GenerationOptions(maxNewTokens: 9, stopTokens: [probe[3]])
        return [
            GenerationRequest(prompt: tokens(5, 1), options: stopped), GenerationRequest(prompt: tokens(1, 2), options: free),
            GenerationRequest(
                prompt: tokens(21, 3), options: GenerationOptions(maxNewTokens: 3, temperature: 1.2, seed: 4, stopTokens: [])),
            GenerationRequest(prompt: tokens(8, 4), options: GenerationOptions(maxNewTokens: 0, stopTokens: [])),
            GenerationRequest(prompt: tokens(13, 5), options: stopped),
            GenerationRequest(prompt: tokens(5, 1), options: GenerationOptions(maxNewTokens: 14, stopTokens: [])),
        ]
    }

    @Test(arguments: FamilyTests.names, Arithmetic.allCases)
    func `continuations written together are those written alone`(_ name: String, _ arithmetic: Arithmetic) throws {
        let model = try model(name, arithmetic)
        let requests = try requests(model)
        let batches = model.batches(of: requests)
        let together = try batches.flatMap { try Generation.generate(model, requests: Array(requests[$0])) }
        #expect(together[0].stoppedByEOS && together[0].ids.count <= 3 && together[3].ids.isEmpty)
        #expect(together[5].ids.count == 14)
        for (request, found) in zip(requests, together) {
            let alone = try Generation.generate(model, prompt: request.prompt, options: request.options)
            #expect(found.ids == alone.ids && found.stoppedByEOS == alone.stoppedByEOS)
            #expect(found.logProbabilities.count == alone.logProbabilities.count)
            for (x, y) in zip(found.logProbabilities, alone.logProbabilities) { #expect(abs(x - y) <= tolerance(arithmetic)) }
        }
    }

    /// Two prompts with three labels each, the first label twice and one of nothing; and a row that begins like none.
    private var labelled: [TokenBatch.Row] {
        let labels = [tokens(3, 7), tokens(1, 8), tokens(3, 7), []]
        let shared = tokens(17, 1)
        let questions = [shared + tokens(4, 2), shared + tokens(9, 3)].flatMap { prompt in
            labels.map { TokenBatch.Row(prefix: prompt, continuation: $0) }
        }
        return questions + [TokenBatch.Row(tokens: tokens(6, 9)), TokenBatch.Row(tokens: tokens(30, 1))]
    }

    @Test(arguments: FamilyTests.names, Arithmetic.allCases)
    func `rows that begin alike score as they do alone`(_ name: String, _ arithmetic: Arithmetic) throws {
        let model = try model(name, arithmetic)
        let rows = labelled
        let together = try model.batches(of: rows).flatMap { try model.score(TokenBatch(Array(rows[$0]))) }
        for (row, found) in zip(rows, together) {
            let alone = try model.score(TokenBatch([row]))[0]
            #expect(found.supervisedTokens == alone.supervisedTokens)
            #expect(abs(found.sumLogProbability - alone.sumLogProbability) <= tolerance(arithmetic))
        }
        #expect(together[0].sumLogProbability == together[2].sumLogProbability && together[3].sumLogProbability == 0)
    }

    @Test func `what rows share is computed once, and keys are found where they were computed`() {
        let rows = labelled
        let packed = PackedRows(TokenBatch(rows), sharing: true)
        // prompts of 21 and 26 share 17; labels share nothing but equal ones; 6 and 30 stand alone
        #expect(packed.tokens.count == 21 + (3 + 1 + 3 + 0) + 9 + (3 + 1 + 3 + 0) + 6 + 30)
        #expect(packed.keyPlaces?.count == rows.reduce(0) { $0 + $1.tokens.count })
        for (row, places) in zip(rows, packed.places) {
            #expect(places.map { packed.tokens[$0] } == row.tokens)
            #expect(places.map { packed.positions[$0] } == Array(0..<Int32(row.tokens.count)))
        }
        let plain = PackedRows(TokenBatch(rows))
        #expect(plain.keyPlaces == nil && plain.tokens == rows.flatMap(\.tokens))
    }

    @Test func `batches take rows in order up to their room, and count what is shared once`() throws {
        let model = try model("qwen2-window-tied", .fp32)
        let rows = [1000, 1000, 100, 3000, 10].enumerated().map { TokenBatch.Row(tokens: tokens($1, $0)) }
        #expect(model.batches(of: rows) == [0..<2, 2..<3, 3..<4, 4..<5])
        let alike = (0..<9).map { TokenBatch.Row(prefix: tokens(1000, 1), continuation: tokens(5, $0)) }
        #expect(model.batches(of: alike) == [0..<8, 8..<9], "by the keys that are copied")
        #expect(model.batches(of: [TokenBatch.Row]()).isEmpty && model.batches(of: [GenerationRequest]()).isEmpty)
        let requests = (0..<70).map { GenerationRequest(prompt: tokens(9, $0), options: .init(maxNewTokens: 1, stopTokens: [])) }
        #expect(model.batches(of: requests) == [0..<64, 64..<70])
    }

    @Test func `a row with frequencies of its own stands alone`() throws {
        let model = try model("llama-dynamic", .fp32)
        guard case .dynamic(_, let original) = model.configuration.rotary.scaling else {
            Issue.record("another rule")
            return
        }
        let rows = [original, original + 1, original, original].enumerated().map { TokenBatch.Row(tokens: tokens($1, $0)) }
        #expect(model.batches(of: rows) == [0..<1, 1..<2, 2..<4])
    }
}
