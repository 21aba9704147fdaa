import Foundation
import Llama
import StrictJSON
import Synchronization
import TestServers
import TestSupport
import Tokenizers
import Training

/// A server that speaks as OpenAI's does and computes its answers with a real model.
struct ServedTinyModel: Sendable {
    var model: LlamaModel
    var adapter: LoRAAdapter?
    var tokenizer: Tokenizer
    /// Of the chat route; nil for the base's own.
    var template: String?
    /// Put before what is tokenized there, but not before ids.
    var prefix: [Int32] = []
    var showsLogProbabilities = true
    var takesTokenIDs = true
    var offersCompletions = true
    var countsTokens = true
    var completionsShowLogProbabilities = true
    /// Added to each log-probability.
    var shift = 0.0

    init(folder: URL, precision: BasePrecision = .nf4, adapter: URL? = nil) throws {
        model = try LlamaModel(folder: folder, precision: precision)
        tokenizer = try Tokenizer(folder: folder)
        self.adapter = try adapter.map { try PEFTFolder(reading: $0, for: model.configuration).adapter }
    }

    func serve() throws -> LoopbackServer { try Self.serve(inTurn: [self]) }

    /// As a load balancer does: each request is answered by the next.
    static func serve(inTurn replicas: [ServedTinyModel]) throws -> LoopbackServer {
        let turn = Mutex(0)
        return try LoopbackServer { request in
            let replica = turn.withLock { turn in
                defer { turn = (turn + 1) % replicas.count }
                return replicas[turn]
            }
            do {
                return try replica.answer(to: request)
            } catch {
                return .init(500, [], text: "\(error)")
            }
        }
    }

    private func answer(to request: LoopbackServer.Request) throws -> LoopbackServer.Answer {
        if request.path == "/v1/models" {
            return .init(text: "{\"object\": \"list\", \"data\": [{\"id\": \"base\"}, {\"id\": \"greeter\"}]}")
        }
        let isChat = request.path == "/v1/chat/completions"
        guard isChat || request.path == "/v1/completions" && offersCompletions else {
            return .init(404, [], text: "{\"detail\": \"Not Found\"}")
        }
        let body = try JSONValue(parsing: request.body)
        guard body["model"] == "greeter" else { return Self.refusal(404, "The model does not exist.") }
        guard body["temperature"]?.doubleValue == 0, let room = body["max_tokens"]?.intValue else {
            return Self.refusal(400, "Not greedy.")
        }
        let asked = body["logprobs"].map { !$0.isNull && $0 != false } ?? false
        guard showsLogProbabilities || !asked else { return Self.refusal(400, "logprobs is not supported.") }
        guard let ids = try isChat ? chatIDs(body) : completionIDs(body) else { return Self.refusal(422, "Bad prompt.") }
        let options = GenerationOptions(maxNewTokens: room, stopTokens: model.stopTokens(with: tokenizer))
        let written = try Generation.generate(model, adapter: adapter, prompt: ids, options: options)
        return .init(text: JSONValue.object(reply(written, isChat: isChat, prompt: ids.count, asked: asked)).text())
    }

    private func chatIDs(_ body: JSONValue) throws -> [Int32]? {
        guard let source = template ?? tokenizer.chatTemplateSource, let messages = body["messages"]?.arrayValue,
            let day = CalendarDay("2024-07-26")
        else { return nil }
        let conversation = Conversation(messages: messages, addGenerationPrompt: true)
        let text = try ChatTemplate(source: source).render(conversation, by: tokenizer, on: day).text
        return prefix + (try tokenizer.encode(text, addSpecialTokens: false).ids)
    }

    private func completionIDs(_ body: JSONValue) throws -> [Int32]? {
        if let text = body["prompt"]?.stringValue { return prefix + (try tokenizer.encode(text).ids) }
        guard takesTokenIDs else { return nil }
        return body["prompt"]?.arrayValue?.compactMap { $0.intValue.map(Int32.init) }
    }

    private func reply(_ written: GeneratedText, isChat: Bool, prompt: Int, asked: Bool) -> JSONObject {
        let text: JSONValue = .string(tokenizer.decode(written.ids, skipSpecialTokens: true))
        var choice = JSONObject([("index", 0), ("finish_reason", written.stoppedByEOS ? "stop" : "length")])
        if isChat { choice["message"] = ["role": "assistant", "content": text] } else { choice["text"] = text }
        let numbers = written.logProbabilities.map { JSONValue.number($0 + shift) }
        if asked, isChat {
            choice["logprobs"] = ["content": .array(numbers.map { ["token": "?", "logprob": $0] })]
        } else if asked, completionsShowLogProbabilities {
            choice["logprobs"] = ["token_logprobs": .array(numbers)]
        }
        var object = JSONObject([("choices", .array([.object(choice)]))])
        if countsTokens {
            object["usage"] = ["prompt_tokens": .integer(prompt), "completion_tokens": .integer(written.ids.count)]
        }
        return object
    }

    private static func refusal(_ status: Int, _ message: String) -> LoopbackServer.Answer {
        .init(status, [], text: "{\"error\": {\"message\": \"\(message)\", \"code\": \(status)}}")
    }

    /// A copy of a model folder whose weights keep so many bits of their fractions.
    static func rounding(_ folder: URL, toBits bits: Int, in home: URL) throws -> URL {
        let copy = home.appending(path: "rounded-\(bits)")
        try FileManager.default.copyItem(at: folder, to: copy)
        let file = copy.appending(path: "model.safetensors")
        var data = try Data(contentsOf: file)
        let header = data.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        let (unit, half) = (UInt32(1) << (23 - bits), UInt32(1) << (22 - bits))
        for place in stride(from: 8 + header, to: data.count, by: 4) {
            let word = (0..<4).reduce(UInt32(0)) { $0 | UInt32(data[place + $1]) << (8 * $1) }
            let rounded = (word &+ half) / unit * unit
            for byte in 0..<4 { data[place + byte] = UInt8(truncatingIfNeeded: rounded >> (8 * byte)) }
        }
        try data.write(to: file)
        return copy
    }
}
