import Llama
import StrictJSON
import Tensors

extension GoldenProbes {
    private static let schema = "lora.probes/1"

    /// `probes.json` of a version: a line for each probe.
    public var text: String {
        let head = [
            ("schema", .string(Self.schema)), ("prompts", .string(source.rawValue)), ("storage", .string(storage.rawValue)),
            ("precision", .string(arithmetic.rawValue)), ("effect", effect.map { .number($0) } ?? .null),
            ("stop_rate", stopRate.map { .number($0) } ?? .null),
        ].map { (name: String, value: JSONValue) in "  \"\(name)\": \(value.text())" }
        let lines = probes.map { "    \($0.json.text())" }.joined(separator: ",\n")
        return "{\n\(head.joined(separator: ",\n")),\n  \"probes\": [\n\(lines)\n  ]\n}\n"
    }

    /// Nil unless it is what `text` writes.
    public init?(json: JSONValue) {
        guard json["schema"]?.stringValue == Self.schema,
            let source = json["prompts"]?.stringValue.flatMap(ProbePrompts.Source.init),
            let storage = json["storage"]?.stringValue.flatMap(BasePrecision.init),
            let arithmetic = json["precision"]?.stringValue.flatMap(Arithmetic.init), let values = json["probes"]?.arrayValue,
            values.count <= Self.limit
        else { return nil }
        let probes = values.compactMap { GoldenProbe(json: $0) }
        guard probes.count == values.count else { return nil }
        self.init(source: source, storage: storage, arithmetic: arithmetic, probes: probes)
    }
}

extension GoldenProbe {
    fileprivate var json: JSONValue {
        var object = JSONObject([("line", prompt.line.map { .integer($0) } ?? .null)])
        switch prompt.question {
        case .messages(let messages, let variables):
            object["messages"] = .array(messages)
            if !variables.isEmpty { object["chat_template_kwargs"] = .object(variables) }
        case .text(let text): object["prompt"] = .string(text)
        }
        object["rendered"] = .string(prompt.rendered)
        object["prompt_ids"] = .array(prompt.ids.map { .integer(Int($0)) })
        object["expected_tokens"] = prompt.expectedTokens.map { .integer($0) } ?? .null
        var own = answer.members
        own["base_logprobs"] = .array(baseLogProbabilities.map { .number($0) })
        object["adapter"] = .object(own)
        object["base"] = .object(baseAnswer.members)
        return .object(object)
    }

    fileprivate init?(json: JSONValue) {
        guard let prompt = ProbePrompt(json: json), let answer = json["adapter"].flatMap({ GoldenAnswer(json: $0) }),
            let without = json["adapter"]?["base_logprobs"]?.logProbabilities, without.count == answer.logProbabilities.count,
            let base = json["base"].flatMap({ GoldenAnswer(json: $0) })
        else { return nil }
        self.init(prompt: prompt, answer: answer, baseLogProbabilities: without, baseAnswer: base)
    }
}

extension ProbePrompt {
    fileprivate init?(json: JSONValue) {
        guard let rendered = json["rendered"]?.stringValue, let ids = json["prompt_ids"]?.tokens, !ids.isEmpty else { return nil }
        let question: Question
        if let messages = json["messages"]?.arrayValue {
            question = .messages(messages, variables: json["chat_template_kwargs"]?.objectValue ?? JSONObject())
        } else if let text = json["prompt"]?.stringValue {
            question = .text(text)
        } else {
            return nil
        }
        self.init(
            line: json["line"]?.intValue, question: question, rendered: rendered, ids: ids,
            expectedTokens: json["expected_tokens"]?.intValue)
    }
}

extension GoldenAnswer {
    fileprivate var members: JSONObject {
        JSONObject([
            ("text", .string(text)), ("ids", .array(ids.map { .integer(Int($0)) })),
            ("ends", .array(ends.map { .integer($0) })), ("stopped", .bool(isStopped)),
            ("logprobs", .array(logProbabilities.map { .number($0) })),
        ])
    }

    fileprivate init?(json: JSONValue) {
        guard let text = json["text"]?.stringValue, let ids = json["ids"]?.tokens, let ends = json["ends"]?.arrayValue,
            let logProbabilities = json["logprobs"]?.logProbabilities, let isStopped = json["stopped"]?.boolValue,
            ends.count == ids.count, logProbabilities.count == ids.count + (isStopped ? 1 : 0)
        else { return nil }
        let places = ends.compactMap(\.intValue)
        guard places.count == ends.count, places == places.sorted(), places.allSatisfy((0...text.unicodeScalars.count).contains)
        else { return nil }
        self.init(text: text, ids: ids, ends: places, logProbabilities: logProbabilities)
    }
}

extension JSONValue {
    /// A list of token ids.
    fileprivate var tokens: [Int32]? {
        guard let values = arrayValue else { return nil }
        let ids = values.compactMap { $0.intValue.flatMap(Int32.init(exactly:)) }
        return ids.count == values.count && ids.allSatisfy { $0 >= 0 } ? ids : nil
    }

    /// A list of numbers that are no higher than 0.
    fileprivate var logProbabilities: [Double]? {
        guard let values = arrayValue else { return nil }
        let numbers = values.compactMap(\.doubleValue)
        return numbers.count == values.count && numbers.allSatisfy { $0.isFinite && $0 <= 1e-3 } ? numbers : nil
    }
}
