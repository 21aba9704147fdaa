import Foundation
import HTTP
import StrictJSON

/// What a server replies to a question.
public struct EndpointReply: Sendable, Hashable {
    /// Bytes of a reply that are read.
    static let limit = 1 << 22

    public let text: String
    /// Whether the model ended its answer itself; nil where the server does not tell.
    public let isStopped: Bool?
    /// Of the answer; nil where the server does not tell.
    public let tokens: Int?
    /// Of the question, as the model read it; nil where the server does not tell.
    public let promptTokens: Int?
    /// log p of each token of the answer; nil where the server does not tell.
    public let logProbabilities: [Double]?

    public init(
        text: String, isStopped: Bool? = nil, tokens: Int? = nil, promptTokens: Int? = nil, logProbabilities: [Double]? = nil
    ) {
        (self.text, self.isStopped, self.tokens, self.promptTokens) = (text, isStopped, tokens, promptTokens)
        self.logProbabilities = logProbabilities
    }

    /// Nil when it is no reply to a question.
    init?(_ body: Data, _ form: Endpoint.Form) {
        do {
            let json = try JSONValue(parsing: body)
            guard let choice = json["choices"]?.arrayValue?.first, let text = Self.text(of: choice, form) else { return nil }
            self.text = text
            isStopped = choice["finish_reason"]?.stringValue.map { $0 != "length" }
            tokens = Self.count(json["usage"]?["completion_tokens"])
            promptTokens = Self.count(json["usage"]?["prompt_tokens"]).flatMap { $0 > 0 ? $0 : nil }
            logProbabilities = choice["logprobs"].flatMap(Self.logProbabilities)
        } catch {
            return nil
        }
    }

    /// What a reply is that is no answer; it may be half of one.
    static func misfit(_ body: Data, from server: String) -> EndpointError {
        isForeign(body) ? .incompatible(server: server) : .noAnswer(server: server)
    }

    /// A page or a plain word; JSON that breaks off may come whole the next time, and an error may pass.
    private static func isForeign(_ body: Data) -> Bool {
        do throws(JSONError) {
            let json = try JSONValue(parsing: body)
            return json["choices"] == nil && json["error"] == nil
        } catch {
            let first = body.first { !" \t\r\n".utf8.contains($0) }
            return first.map { !"{[".utf8.contains($0) } ?? false
        }
    }

    /// Far more than a reply has room for.
    private static let countLimit = 1_000_000_000

    /// Nil for a number that is no count of tokens: a server may say anything.
    static func count(_ json: JSONValue?) -> Int? { json?.intValue.flatMap { (0...countLimit).contains($0) ? $0 : nil } }

    private static func text(of choice: JSONValue, _ form: Endpoint.Form) -> String? {
        switch form {
        case .completions: return choice["text"]?.stringValue
        case .chat:
            guard let message = choice["message"], message.objectValue != nil else { return nil }
            // null where the model declines, or calls a tool
            return message["content"]?.stringValue ?? ""
        }
    }

    /// Either form of either interface: objects with their `logprob`, or a list of numbers; −9999 stands for −∞. A list with anything else
    /// in it tells nothing.
    private static func logProbabilities(_ json: JSONValue) -> [Double]? {
        let chat = json["content"]?.arrayValue.map { $0.map { $0["logprob"] ?? .null } }
        guard let values = chat ?? json["token_logprobs"]?.arrayValue else { return nil }
        let numbers = values.compactMap(\.doubleValue).filter { $0.isFinite && $0 <= 1e-3 }
        return numbers.count == values.count ? numbers : nil
    }
}
