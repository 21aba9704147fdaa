import Foundation
import Llama
import StrictJSON
import Tokenizers
import Training

/// A base, with or without an adapter, writing on from a text or answering a chat.
public struct GenerateText: Sendable {
    public enum Prompt: Sendable, Hashable {
        case text(String)
        case chat(URL)
    }

    public struct Outcome: Sendable, Hashable {
        public let text: String
        public let promptIDs: [Int32]
        public let generated: GeneratedText

        public var json: JSONValue {
            [
                "schema": "lora.generate/1",
                "text": .string(text),
                "prompt_ids": .array(promptIDs.map { .integer(Int($0)) }),
                "new_ids": .array(generated.ids.map { .integer(Int($0)) }),
                "logprob": .array(generated.logProbabilities.map { .number($0) }),
                "stopped_by_eos": .bool(generated.stoppedByEOS),
            ]
        }
    }

    private let model: LlamaModel
    private let adapter: LoRAAdapter?
    private let tokenizer: Tokenizer

    public init(base: URL, adapter: URL?, precision: BasePrecision, cache: WeightCache? = nil) throws {
        tokenizer = try Tokenizer(folder: base)
        let model = try LlamaModel(folder: base, precision: precision, arithmetic: precision.arithmetic, cache: cache)
        self.adapter = try adapter.map { try PEFTFolder(reading: $0, for: model.configuration).adapter }
        self.model = model
    }

    /// - Parameter temperature: 0 always takes the likeliest token; above 0, `seed` decides each draw.
    /// - Parameter chatDate: the day that chat templates take for today.
    public func run(
        _ prompt: Prompt, maxNewTokens: Int, temperature: Double, seed: UInt64, chatDate: CalendarDay,
        shouldStop: () -> Bool
    ) throws -> Outcome {
        let ids = try ids(of: prompt, on: chatDate)
        let options = GenerationOptions(
            maxNewTokens: maxNewTokens, temperature: temperature, seed: seed, stopTokens: model.stopTokens(with: tokenizer))
        let generated = try Generation.generate(
            model, adapter: adapter, prompt: ids, options: options, shouldStop: shouldStop)
        return Outcome(
            text: tokenizer.decode(generated.ids, skipSpecialTokens: true), promptIDs: ids, generated: generated)
    }

    private func ids(of prompt: Prompt, on day: CalendarDay) throws -> [Int32] {
        switch prompt {
        case .text(let text): return try tokenizer.encode(text, addSpecialTokens: true).ids
        case .chat(let file):
            var conversation = try ChatFile.read(file)
            conversation.addGenerationPrompt = true
            let text = try tokenizer.rendered(conversation, folder: model.folder, on: day)
            return try tokenizer.encode(text, addSpecialTokens: false).ids
        }
    }
}
