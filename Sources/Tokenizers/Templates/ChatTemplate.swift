import Foundation
import StrictJSON

/// A chat template of a Hugging Face folder: turns conversations into text exactly as transformers does.
///
/// The language is Jinja2 in the environment transformers makes: immutable sandbox, `trim_blocks`, `lstrip_blocks`, loop
/// controls, no escaping, plus `raise_exception`, `strftime_now`, the plain `tojson` and the `generation` tag.
public struct ChatTemplate: Sendable {
    public let source: String
    public let limits: TemplateLimits

    /// Parses the template once; rendering does not look at the source again.
    public init(source: String, limits: TemplateLimits = .standard) throws(ChatTemplateError) {
        self.source = source
        self.limits = limits
    }

    /// The conversation as text.
    ///
    /// - Parameter variables: special tokens by name ("bos_token", …) and whatever else the template reads
    ///   ("enable_thinking", "date_string", …); an absent name is undefined in the template.
    /// - Parameter now: the moment `strftime_now` sees, in `timeZone`.
    public func render(
        _ conversation: Conversation, variables: [String: JSONValue] = [:], now: Date, timeZone: TimeZone = .gmt
    ) throws(ChatTemplateError) -> RenderedChat {
        throw ChatTemplateError(.conversation("rendering is being written"))
    }
}
