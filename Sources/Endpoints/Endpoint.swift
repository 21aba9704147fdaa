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
    }

    public let prompt: Prompt
    /// Told before the rest.
    public let instruction: String?
    /// Tokens.
    public let longestAnswer: Int

    public init(_ prompt: Prompt, instruction: String? = nil, longestAnswer: Int) {
        (self.prompt, self.instruction, self.longestAnswer) = (prompt, instruction, longestAnswer)
    }

    func request(to endpoint: Endpoint, as form: Endpoint.Form) -> HTTPRequest {
        var body = JSONObject([
            ("model", .string(endpoint.model)), ("temperature", 0), ("max_tokens", .integer(longestAnswer)), ("stream", false),
        ])
        switch form {
        case .chat: body["messages"] = .array((instruction.map { [Self.message("system", $0)] } ?? []) + messages)
        case .completions: body["prompt"] = .string((instruction.map { "\($0)\n\n" } ?? "") + text)
        }
        return HTTPRequest.post(
            json: JSONValue.object(body).text(), to: endpoint.url.appending(path: form.path),
            authorization: endpoint.key.map { "Bearer \($0)" })
    }

    private var messages: [JSONValue] {
        switch prompt {
        case .messages(let messages): messages
        case .text(let text): [Self.message("user", text)]
        }
    }

    private var text: String {
        switch prompt {
        case .messages(let messages): messages.compactMap { $0["content"]?.stringValue }.joined(separator: "\n\n")
        case .text(let text): text
        }
    }

    private static func message(_ role: String, _ content: String) -> JSONValue {
        ["role": .string(role), "content": .string(content)]
    }
}

/// What a server replies to a question.
struct EndpointReply: Sendable, Hashable {
    let text: String
    /// Whether the model ended its answer itself; nil where the server does not tell.
    let isStopped: Bool?
    /// Of the answer; nil where the server does not tell.
    let tokens: Int?

    /// Nil when it is no reply to a question.
    init?(_ body: Data, _ form: Endpoint.Form) {
        do {
            let json = try JSONValue(parsing: body)
            guard let choice = json["choices"]?.arrayValue?.first, let text = Self.text(of: choice, form) else { return nil }
            self.text = text
            isStopped = choice["finish_reason"]?.stringValue.map { $0 != "length" }
            tokens = json["usage"]?["completion_tokens"]?.intValue.flatMap { $0 >= 0 ? $0 : nil }
        } catch {
            return nil
        }
    }

    private static func text(of choice: JSONValue, _ form: Endpoint.Form) -> String? {
        switch form {
        case .completions: return choice["text"]?.stringValue
        case .chat:
            guard let message = choice["message"], message.objectValue != nil else { return nil }
            // null where the model declines, or calls a tool
            return message["content"]?.stringValue ?? ""
        }
    }
}
