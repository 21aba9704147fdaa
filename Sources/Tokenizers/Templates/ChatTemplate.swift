import Foundation
import StrictJSON

/// A chat template of a Hugging Face folder: turns conversations into text exactly as transformers does.
///
/// The language is Jinja2 in the environment transformers makes: immutable sandbox, `trim_blocks`, `lstrip_blocks`, loop
/// controls, no escaping, plus `raise_exception`, `strftime_now`, the plain `tojson` and the `generation` tag. It differs in
/// that integers have 64 bits, `lipsum` and `random` are refused, and a template cannot read another one.
public struct ChatTemplate: Sendable {
    public let source: String
    public let limits: TemplateLimits
    private let syntax: TemplateSyntax

    /// Parses the template once; rendering does not look at the source again.
    public init(source: String, limits: TemplateLimits = .standard) throws(ChatTemplateError) {
        self.source = source
        self.limits = limits
        syntax = try TemplateParser.syntax(of: source, limits: limits)
    }

    /// The conversation as text.
    ///
    /// - Parameter variables: special tokens by name ("bos_token", …) and whatever else the template reads
    ///   ("enable_thinking", "date_string", …); an absent name is undefined in the template.
    /// - Parameter now: the moment `strftime_now` sees, in `timeZone`.
    public func render(
        _ conversation: Conversation, variables: [String: JSONValue] = [:], now: Date, timeZone: TimeZone = .gmt
    ) throws(ChatTemplateError) -> RenderedChat {
        var messages = try conversation.preparedMessages()
        let continuation = try conversation.continueFinalMessage ? ContinuedMessage(marking: &messages, for: source) : nil
        var values = variables.mapValues { TemplateValue($0) }
        values["messages"] = .list(messages.map { TemplateValue(.object($0)) })
        values["tools"] = TemplateValue(conversation.tools ?? .null)
        values["documents"] = TemplateValue(try conversation.checkedDocuments())
        values["add_generation_prompt"] = .bool(conversation.addGenerationPrompt)
        let clock = TemplateClock(now: now, timeZone: timeZone)
        let chat = try TemplateInterpreter(syntax, variables: values, limits: limits, clock: clock).render()
        return try continuation?.cut(chat) ?? chat
    }
}
