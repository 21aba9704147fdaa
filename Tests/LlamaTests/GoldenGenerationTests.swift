import Foundation
import StrictJSON
import TestSupport
import Testing

@testable import Llama

/// Expected values: transformers' greedy `generate` in fp32; every choice leads by at least 0.002.
struct GoldenGenerationTests {
    static let cases = Array(0..<12)

    @Test(arguments: cases)
    func `greedy generation writes what transformers writes`(_ index: Int) throws {
        let file = try JSONValue(contentsOf: Fixture.golden("generate/greedy.json"))
        let item = try #require(file["cases"]?.arrayValue)[index]
        let model = try LlamaModel(folder: Fixture.golden(try #require(item["model"]?.stringValue)), precision: .fp32)
        let adapter = try item["adapter"]?.stringValue.map {
            try PEFTFolder(reading: Fixture.golden($0), for: model.configuration).adapter
        }
        let text = try Generation.generate(
            model, adapter: adapter, prompt: try ids(item["prompt_ids"]),
            options: GenerationOptions(maxNewTokens: 32, stopTokens: model.stopTokens))
        let stopped = item["stopped_by_eos"] == .bool(true)
        let expected = try ids(item["new_ids"])
        #expect(text.ids == (stopped ? expected.dropLast() : expected))
        #expect(text.stoppedByEOS == stopped)
        let logProbabilities = try #require(item["logprob"]?.arrayValue).compactMap(\.doubleValue)
        #expect(text.logProbabilities.count == logProbabilities.count)
        // the golden is printed with six decimals
        for (x, y) in zip(text.logProbabilities, logProbabilities) { #expect(abs(x - y) < 1e-4) }
    }

    private func ids(_ value: JSONValue?) throws -> [Int32] {
        try #require(value?.arrayValue).map { Int32(try #require($0.intValue)) }
    }
}
