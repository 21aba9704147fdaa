import Foundation
import Llama
import StrictJSON
import TestSupport
import Testing
import Tokenizers

@testable import Training

@Suite struct GoldenProbesTests {
    private let model: LlamaModel
    private let tokenizer: Tokenizer
    private let encoder: RowEncoder

    init() throws {
        let folder = Fixture.golden("tiny-llama")
        model = try LlamaModel(folder: folder, precision: .fp32)
        tokenizer = try Tokenizer(folder: folder)
        encoder = RowEncoder(
            tokenizer: tokenizer, vocabularySize: model.configuration.vocabularySize, maxLength: 2048, completionOnlyLoss: true,
            chatDate: try #require(CalendarDay("2024-07-26")))
    }

    private func prompts(_ lines: [String]) throws -> ProbePrompts {
        try ProbePrompts(
            rowsOf: DataFile(path: "held.jsonl", text: Data(lines.joined(separator: "\n").utf8)),
            positions: model.configuration.positionLimit, encoder)
    }

    private func row(_ number: Int) -> String { "{\"prompt\": \"row \(number):\", \"completion\": \" one\"}" }

    private func trained() throws -> LoRAAdapter {
        let folder = Fixture.golden("lora/tiny-llama/adapter_after_20_steps")
        return try PEFTFolder(reading: folder, for: model.configuration).adapter
    }

    @Test func theyAreSpreadOverTheFile() throws {
        #expect(try prompts((1...80).map(row)).prompts.map(\.line) == [1, 11, 21, 31, 41, 51, 61, 71])
        #expect(try prompts((1...3).map(row)).prompts.map(\.line) == [1, 2, 3])
        let prompt = try #require(try prompts([row(1)]).prompts.first)
        #expect(prompt.rendered == "row 1:" && prompt.question == .text("row 1:"))
        #expect(try prompt.ids == tokenizer.encode("row 1:").ids)
        #expect(try prompt.expectedTokens == tokenizer.encode(" one").ids.count + 1)
    }

    @Test func ofAConversationTheMessagesBeforeTheAnswerAreAsked() throws {
        let chat = #"{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}]}"#
        let prompt = try #require(try prompts([chat]).prompts.first)
        #expect(prompt.question == .messages([["role": "user", "content": "hi"]], variables: JSONObject()))
        #expect(prompt.rendered.hasSuffix("<|im_start|>user\nhi<|im_end|>\n<|im_start|>assistant\n"))
        #expect(try prompt.ids == tokenizer.encode(prompt.rendered, addSpecialTokens: false).ids)
    }

    @Test func rowsThatNoServerCanBeAskedLikeThisGiveWayToBuiltInPrompts() throws {
        let long = "{\"prompt\": \"\(String(repeating: "very long ", count: 200))\", \"completion\": \" one\"}"
        let tools = #"{"messages": [{"role": "user", "content": "hi"}, {"role": "assistant", "content": "ho"}], "tools": [{}]}"#
        let text = #"{"text": "just text"}"#
        let mixed = try prompts([long, text, row(3), tools, row(5), tools, tools, row(8), row(9)])
        #expect(mixed.prompts.map(\.line) == [3, 5, 8] && mixed.source == .heldOut)
        let none = try prompts([long, text, tools])
        #expect(none.source == .neutral && none.prompts.count == GoldenProbes.limit)
        #expect(none.prompts.allSatisfy { $0.line == nil && $0.expectedTokens == nil })
    }

    /// Twice, by the key-value cache and by whole rows.
    @Test func whatIsRecordedIsWhatTheModelWrites() throws {
        let (prompts, adapter) = (try prompts((1...8).map(row)), try trained())
        let golden = try ProbeMaking(model, tokenizer).probes(prompts, adapter: adapter)
        #expect(golden.probes.count == 8)
        for probe in golden.probes {
            for (answer, adapter) in [(probe.answer, adapter), (probe.baseAnswer, nil)] {
                let options = GenerationOptions(maxNewTokens: GoldenProbes.room, stopTokens: model.stopTokens(with: tokenizer))
                let text = try Generation.generate(model, adapter: adapter, prompt: probe.prompt.ids, options: options)
                #expect(answer.ids == text.ids && answer.isStopped == text.stoppedByEOS)
                #expect(answer.ends.last == (answer.ids.isEmpty ? nil : answer.text.unicodeScalars.count))
                // 32-bit sums in two orders, over up to 48 tokens, and the rounding to a millionth
                #expect(zip(answer.logProbabilities, text.logProbabilities).allSatisfy { abs($0 - $1) < 1e-4 })
                #expect(answer.logProbabilities.count == text.logProbabilities.count)
            }
        }
        #expect(try ProbeMaking(model, tokenizer).probes(prompts, adapter: adapter).text == golden.text)
    }

    @Test func anAdapterWithoutEffectHasNone() throws {
        let prompts = try prompts((1...8).map(row))
        let fresh = try LoRAAdapter(fresh: LoRAConfiguration(), for: model.configuration, seed: 1)
        let untrained = try ProbeMaking(model, tokenizer).probes(prompts, adapter: fresh)
        #expect(untrained.effect == 0)
        #expect(untrained.probes.allSatisfy { $0.answer == $0.baseAnswer })
        let effect = try #require(try ProbeMaking(model, tokenizer).probes(prompts, adapter: trained()).effect)
        #expect(effect > 0.1)
    }

    @Test func theyAreReadAsTheyWereWritten() throws {
        let chat = """
            {"messages": [{"role": "user", "content": "é"}, {"role": "assistant", "content": "ho"}], "chat_template_kwargs": {"x": 1}}
            """
        let golden = try ProbeMaking(model, tokenizer).probes(prompts([row(1), chat, row(2)]), adapter: trained())
        let json = try JSONValue(parsing: Data(golden.text.utf8))
        #expect(GoldenProbes(json: json) == golden)
        #expect(json["stop_rate"]?.doubleValue == golden.stopRate && golden.stopRate != nil)
        for (old, new) in [
            ("lora.probes/1", "lora.probes/9"), ("\"stopped\":false", "\"stopped\":true"), ("\"ends\":[", "\"ends\":[99999,"),
            ("\"logprobs\":[-", "\"logprobs\":["), ("\"base_logprobs\":[", "\"base_logprobs\":[-1.0,"),
            ("\"prompt_ids\":[", "\"prompt_ids\":[-1,"),
        ] {
            let damaged = golden.text.replacing(old, with: new)
            #expect(damaged != golden.text)
            #expect(try GoldenProbes(json: JSONValue(parsing: Data(damaged.utf8))) == nil, "\(new)")
        }
    }
}
