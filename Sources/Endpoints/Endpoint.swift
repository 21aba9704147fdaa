import Foundation
import HTTP
import StrictJSON

/// A model behind a server that speaks as OpenAI's does.
public struct Endpoint: Sendable, Hashable {
    /// Up to and with `/v1`, without a slash at its end.
    public let url: URL
    public let model: String
    let key: String?

    /// - Throws: `HTTPError.badURL`.
    public init(_ text: String, model: String, key: String?) throws(HTTPError) {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        guard let url = URL(string: text), url.origin != nil, url.query() == nil, url.fragment() == nil else {
            throw HTTPError.badURL(text)
        }
        self.url = url.path.isEmpty ? url.appending(path: "v1") : url
        (self.model, self.key) = (model, key)
    }

    /// How a question is put.
    public enum Form: String, Sendable, Hashable, CaseIterable {
        case chat
        /// Of plain text.
        case completions

        var path: String { self == .chat ? "chat/completions" : "completions" }
    }
}

/// One question for a model.
public struct EndpointQuestion: Sendable, Hashable {
    public enum Prompt: Sendable, Hashable {
        case messages([JSONValue])
        case text(String)
        /// Past template and tokenizer; only to be completed.
        case tokens([Int32])
    }

    public let prompt: Prompt
    /// Told before the rest.
    public let instruction: String?
    /// Tokens.
    public let longestAnswer: Int
    public var asksForLogProbabilities = false
    /// For the server's chat template; few servers know of them.
    public var templateVariables = JSONObject()

    public init(_ prompt: Prompt, instruction: String? = nil, longestAnswer: Int) {
        (self.prompt, self.instruction, self.longestAnswer) = (prompt, instruction, longestAnswer)
    }

    func request(to endpoint: Endpoint, as form: Endpoint.Form) -> HTTPRequest {
        var body = JSONObject([
            ("model", .string(endpoint.model)), ("temperature", 0), ("max_tokens", .integer(longestAnswer)), ("stream", false),
        ])
        switch form {
        case .chat:
            body["messages"] = .array((instruction.map { [Self.message("system", $0)] } ?? []) + messages)
            if asksForLogProbabilities { body["logprobs"] = true }
            if !templateVariables.isEmpty { body["chat_template_kwargs"] = .object(templateVariables) }
        case .completions:
            body["prompt"] = completed
            // of the chosen token alone would be 0, which some take for no
            if asksForLogProbabilities { body["logprobs"] = 1 }
        }
        return HTTPRequest.post(
            json: JSONValue.object(body).text(), to: endpoint.url.appending(path: form.path),
            authorization: endpoint.key.map { "Bearer \($0)" })
    }

    private var messages: [JSONValue] {
        switch prompt {
        case .messages(let messages): messages
        case .text(let text): [Self.message("user", text)]
        case .tokens: []
        }
    }

    private var completed: JSONValue {
        let text: String
        switch prompt {
        case .messages(let messages): text = messages.compactMap { $0["content"]?.stringValue }.joined(separator: "\n\n")
        case .text(let plain): text = plain
        case .tokens(let ids): return .array(ids.map { .integer(Int($0)) })
        }
        return .string((instruction.map { "\($0)\n\n" } ?? "") + text)
    }

    private static func message(_ role: String, _ content: String) -> JSONValue {
        ["role": .string(role), "content": .string(content)]
    }
}
